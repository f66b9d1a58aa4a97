using System.Text;
using System.Text.Json;

namespace QrPlatform.Ingestion.Receiving;

/// <summary>Instants as events state them: ISO 8601 date and time with an offset or Z, kept in UTC and to the microsecond, which is what is stored.</summary>
internal static class EventInstant
{
    /// <summary>How far ahead a source's clock may be.</summary>
    public static readonly TimeSpan FutureTolerance = TimeSpan.FromMinutes(5);

    /// <summary>Age alone is no reason to refuse an event; an instant before this is a clock that was never set.</summary>
    public static readonly DateTimeOffset Earliest = DateTimeOffset.UnixEpoch;

    /// <summary>The value of the current property.</summary>
    public static DateTimeOffset? Read(ref Utf8JsonReader json, EventErrors errors, ref uint seen, int bit, string path)
    {
        if (!JsonValues.Enter(ref json, errors, ref seen, bit, path) || json.TokenType == JsonTokenType.Null) return null;
        if (json.TokenType != JsonTokenType.String)
        {
            JsonValues.WrongType(ref json, errors, path, "a string with date, time and offset");
            return null;
        }

        if (!TryRead(ref json, out var instant))
        {
            errors.Add(path, EventErrorCodes.InvalidTimestamp, "The value must be an ISO 8601 date and time with an offset or Z, such as 2025-11-25T14:30:15.123Z.");
            return null;
        }

        instant = instant.ToUniversalTime();
        if (instant >= Earliest) return instant.AddTicks(-(instant.Ticks % TimeSpan.TicksPerMicrosecond));
        errors.Add(path, EventErrorCodes.TooOld, "The instant lies before 1970.");
        return null;
    }

    private static bool TryRead(ref Utf8JsonReader json, out DateTimeOffset instant)
    {
        if (!json.ValueIsEscaped)
        {
            instant = default;
            return HasOffset(json.ValueSpan) && json.TryGetDateTimeOffset(out instant);
        }

        // .NET's own serializer writes an offset's plus sign as \u002B.
        instant = default;
        var unescaped = Encoding.UTF8.GetString(json.ValueSpan).Replace("\\u002b", "+", StringComparison.OrdinalIgnoreCase);
        if (unescaped.Contains('\\', StringComparison.Ordinal)) return false;
        var plain = new Utf8JsonReader(Encoding.UTF8.GetBytes($"\"{unescaped}\""));
        plain.Read();
        return HasOffset(plain.ValueSpan) && plain.TryGetDateTimeOffset(out instant);
    }

    // The reader would take a time without an offset as the server's local time.
    private static bool HasOffset(ReadOnlySpan<byte> text)
    {
        if (text.Length < "2025-11-25T14:30Z".Length) return false;
        return text[^1] == 'Z' || (text[^3] == ':' && text[^6] is (byte)'+' or (byte)'-' && text.Contains((byte)'T'));
    }
}
