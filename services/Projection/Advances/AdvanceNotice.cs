using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace QrPlatform.Projection.Advances;

/// <summary>
/// What a page tells the process that made it, by PostgreSQL's NOTIFY: it is delivered when the page's transaction has committed and not at all
/// when it was rolled back, and costs the transaction one row in memory. Every role that may connect may listen, and notify, too: the text is sealed
/// with a key that this process alone has, so that a BI login neither learns whose events arrive nor makes anybody believe so.
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
    private const int MostTenants = 70;

    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    /// <summary>This process.</summary>
    public static readonly Guid Here = Guid.NewGuid();

    public static AdvanceNotice Of(long first, long position, IEnumerable<string> tenants)
    {
        var named = tenants.Distinct(StringComparer.Ordinal).Take(MostTenants + 1).ToArray();
        return new AdvanceNotice(Here, first, position, TimeProvider.System.GetUtcNow(), named.Length <= MostTenants ? named : []);
    }

    /// <summary>The notice, readable by this process.</summary>
    public string Encode()
    {
        var text = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Origin:N} {First} {Position} {StartedAt.UtcTicks} {string.Join(' ', Tenants)}"));
        var box = new byte[AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize + text.Length];
        var (nonce, tag, sealedText) = Parts(box);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(Key, tag.Length);
        cipher.Encrypt(nonce, text, sealedText, tag);
        return Convert.ToBase64String(box);
    }

    /// <summary>The notice, or null where the text is none of this process.</summary>
    public static AdvanceNotice? Decode(string text)
    {
        var box = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, box, out var length) || length < AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize) return null;
        var (nonce, tag, sealedText) = Parts(box.AsSpan(0, length));
        var opened = new byte[sealedText.Length];
        using var cipher = new AesGcm(Key, tag.Length);
        try
        {
            cipher.Decrypt(nonce, sealedText, tag, opened);
        }
        catch (AuthenticationTagMismatchException)
        {
            // Another process' notice, or somebody's who has no business here.
            return null;
        }

        return Read(Encoding.UTF8.GetString(opened));
    }

    private static AdvanceNotice? Read(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var origin, var first, var position, var ticks, .. var tenants]
        && Guid.TryParseExact(origin, "N", out var from)
        && Number(first) is { } begin && Number(position) is { } end && Number(ticks) is { } started and >= 0 && started <= DateTimeOffset.MaxValue.UtcTicks
            ? new AdvanceNotice(from, begin, end, new DateTimeOffset(started, TimeSpan.Zero), tenants)
            : null;

    private static SealedParts Parts(Span<byte> box) => new(
        box[..AesGcm.NonceByteSizes.MaxSize],
        box.Slice(AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize),
        box[(AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize)..]);

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private readonly ref struct SealedParts(Span<byte> nonce, Span<byte> tag, Span<byte> text)
    {
        private readonly Span<byte> _nonce = nonce, _tag = tag, _text = text;

        public void Deconstruct(out Span<byte> nonce, out Span<byte> tag, out Span<byte> text)
        {
            nonce = _nonce;
            tag = _tag;
            text = _text;
        }
    }
}
