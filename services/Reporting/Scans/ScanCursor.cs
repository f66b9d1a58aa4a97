using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace QrPlatform.Reporting.Scans;

/// <summary>
/// Where a page ended. It carries the range and the position of the first page, so that what arrives while someone pages moves nothing:
/// rows are read in the order of (timestamp, event id), after the last one, up to that position.
/// </summary>
/// <param name="From">First local day.</param>
/// <param name="To">Last local day.</param>
/// <param name="Position">Sequence up to which the first page saw events.</param>
/// <param name="LastAt">Microseconds since 1970 of the last row.</param>
/// <param name="LastId">Event id of the last row.</param>
internal sealed record ScanCursor(DateOnly From, DateOnly To, long Position, long LastAt, string LastId)
{
    // 2200-01-01 in microseconds: more than any event's time, and far from what the database cannot hold.
    private const long Latest = 7_258_118_400_000_000;

    public string Encode() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this));

    /// <summary>The cursor, or null where the text never was one.</summary>
    public static ScanCursor? Decode(string text)
    {
        if (text.Length > 4_000 || !Base64Url.IsValid(text)) return null;
        try
        {
            var cursor = JsonSerializer.Deserialize<ScanCursor>(Base64Url.DecodeFromChars(text));
            return cursor is { LastId: not null, LastAt: > -Latest and < Latest, Position: >= 0, From.Year: >= 1970, To.Year: < 2200 }
                && cursor.From <= cursor.To && !cursor.LastId.Contains('\0') ? cursor : null;
        }
        catch (Exception exception) when (exception is JsonException or DecoderFallbackException)
        {
            return null;
        }
    }
}
