using System.Globalization;

namespace QrPlatform.Projection.Advances;

/// <summary>
/// What a page tells the process that made it, by PostgreSQL's NOTIFY: it is delivered when the page's transaction has committed and not at all
/// when it was rolled back, and costs the transaction one row in memory.
/// </summary>
/// <param name="Origin">The process that projected the page; only it passes the notice on.</param>
/// <param name="Position">Sequence of the page's last event.</param>
/// <param name="Tenants">Whose events are in the page; empty where they are too many to name.</param>
internal sealed record AdvanceNotice(Guid Origin, long Position, IReadOnlyList<string> Tenants)
{
    public const string Channel = "projection_advanced";

    // PostgreSQL takes 8,000 bytes; a tenant's id has up to 63.
    private const int MostTenants = 100;

    /// <summary>This process.</summary>
    public static readonly Guid Here = Guid.NewGuid();

    public static AdvanceNotice Of(long position, IEnumerable<string> tenants)
    {
        var named = tenants.Distinct(StringComparer.Ordinal).Take(MostTenants + 1).ToArray();
        return new AdvanceNotice(Here, position, named.Length <= MostTenants ? named : []);
    }

    public string Encode() => string.Create(CultureInfo.InvariantCulture, $"{Origin:N} {Position} {string.Join(' ', Tenants)}");

    /// <summary>The notice, or null where the text is none.</summary>
    public static AdvanceNotice? Decode(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var origin, var position, .. var tenants]
        && Guid.TryParseExact(origin, "N", out var from) && long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            ? new AdvanceNotice(from, at, tenants)
            : null;
}
