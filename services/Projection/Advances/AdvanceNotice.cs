using System.Globalization;

namespace QrPlatform.Projection.Advances;

/// <summary>
/// What a page tells the process that made it, by PostgreSQL's NOTIFY: it is delivered when the page's transaction has committed and not at all
/// when it was rolled back, and costs the transaction one row in memory.
/// </summary>
/// <param name="Origin">The process that projected the page; only it passes the notice on.</param>
/// <param name="First">Sequence of the page's first event.</param>
/// <param name="Position">Sequence of the page's last event.</param>
/// <param name="StartedAt">When the page was begun.</param>
/// <param name="Tenants">Whose events are in the page; empty where they are too many to name.</param>
internal sealed record AdvanceNotice(Guid Origin, long First, long Position, DateTimeOffset StartedAt, IReadOnlyList<string> Tenants)
{
    public const string Channel = "projection_advanced";

    // PostgreSQL takes 8,000 bytes; a tenant's id has up to 63.
    private const int MostTenants = 100;

    /// <summary>This process.</summary>
    public static readonly Guid Here = Guid.NewGuid();

    public static AdvanceNotice Of(long first, long position, IEnumerable<string> tenants)
    {
        var named = tenants.Distinct(StringComparer.Ordinal).Take(MostTenants + 1).ToArray();
        return new AdvanceNotice(Here, first, position, TimeProvider.System.GetUtcNow(), named.Length <= MostTenants ? named : []);
    }

    public string Encode() =>
        string.Create(CultureInfo.InvariantCulture, $"{Origin:N} {First} {Position} {StartedAt.UtcTicks} {string.Join(' ', Tenants)}");

    /// <summary>The notice, or null where the text is none.</summary>
    public static AdvanceNotice? Decode(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var origin, var first, var position, var ticks, .. var tenants]
        && Guid.TryParseExact(origin, "N", out var from)
        && Number(first) is { } begin && Number(position) is { } end && Number(ticks) is { } started and >= 0 && started <= DateTimeOffset.MaxValue.UtcTicks
            ? new AdvanceNotice(from, begin, end, new DateTimeOffset(started, TimeSpan.Zero), tenants)
            : null;

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
