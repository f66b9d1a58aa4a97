using System.Text.Json;

namespace QrPlatform.Ingestion.Receiving;

/// <summary>
/// Reads property values with their limits. Each method is called on a property's name, ends on the value's last token, and answers null
/// for null and for what it refused. Malformed JSON throws <see cref="JsonException"/>; nothing else does.
/// </summary>
internal static class JsonValues
{
    /// <summary>Levels that an event may nest, in members that nobody knows too.</summary>
    public const int MaxDepth = 32;

    /// <summary>Steps to the next property of the current object; false at its end.</summary>
    public static bool NextProperty(ref Utf8JsonReader json, EventErrors errors)
    {
        json.Read();
        while (json.TokenType == JsonTokenType.PropertyName && json.ValueIsEscaped && !IsUnicode(ref json))
        {
            errors.Add("$", EventErrorCodes.InvalidUnicode, "The name of a property holds half of a surrogate pair.");
            SkipUnknown(ref json, errors);
            json.Read();
        }

        return json.TokenType == JsonTokenType.PropertyName;
    }

    /// <summary>Steps to the value of the current property; false where the property came before, whose first value counts.</summary>
    public static bool Enter(ref Utf8JsonReader json, EventErrors errors, ref uint seen, int bit, string path)
    {
        json.Read();
        var first = (seen & (1u << bit)) == 0;
        seen |= 1u << bit;
        if (first) return true;
        errors.Add(path, EventErrorCodes.DuplicateProperty, "The property occurs more than once.");
        SkipValue(ref json, errors);
        return false;
    }

    /// <summary>Passes over the value of a property that nobody knows.</summary>
    public static void SkipUnknown(ref Utf8JsonReader json, EventErrors errors)
    {
        json.Read();
        SkipValue(ref json, errors);
    }

    /// <summary>Passes over the current value; one that nests too deeply is an error.</summary>
    public static void SkipValue(ref Utf8JsonReader json, EventErrors errors)
    {
        if (json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return;
        var depth = json.CurrentDepth;
        var tooDeep = false;
        do
        {
            json.Read();
            tooDeep |= json.CurrentDepth > MaxDepth;
        }
        while (json.CurrentDepth > depth);
        if (tooDeep) errors.Add("$", EventErrorCodes.TooDeep, $"The event nests deeper than {MaxDepth} levels.");
    }

    /// <summary>Steps into an object; false for null and for anything else, which is an error.</summary>
    public static bool BeginsObject(ref Utf8JsonReader json, EventErrors errors, ref uint seen, int bit, string path)
    {
        if (!Enter(ref json, errors, ref seen, bit, path) || json.TokenType == JsonTokenType.Null) return false;
        if (json.TokenType == JsonTokenType.StartObject) return true;
        WrongType(ref json, errors, path, "an object");
        return false;
    }

    /// <summary>A text that must be there; blank is as good as absent.</summary>
    public static string? Required(ref Utf8JsonReader json, EventErrors errors, ref uint seen, int bit, string path, int max) =>
        Enter(ref json, errors, ref seen, bit, path) ? Current(ref json, errors, path, max) : null;

    /// <summary>A text that may be absent; sources write an empty one for "unknown", which therefore is none.</summary>
    public static string? Text(ref Utf8JsonReader json, EventErrors errors, ref uint seen, int bit, string path, int max) =>
        Enter(ref json, errors, ref seen, bit, path) && Current(ref json, errors, path, max) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    /// <summary>The current value as a text of at most <paramref name="max"/> characters (code points).</summary>
    public static string? Current(ref Utf8JsonReader json, EventErrors errors, string path, int max)
    {
        if (json.TokenType == JsonTokenType.Null) return null;
        if (json.TokenType != JsonTokenType.String)
        {
            WrongType(ref json, errors, path, "a string");
            return null;
        }

        // Twelve bytes are the longest spelling of a character (an escaped surrogate pair): what is longer need not be decoded.
        string? text = null;
        if (json.ValueSpan.Length <= max * 12)
        {
            try
            {
                text = json.GetString()!;
            }
            catch (InvalidOperationException)
            {
                errors.Add(path, EventErrorCodes.InvalidUnicode, "The text holds half of a surrogate pair.");
                return null;
            }
        }

        if (text is null || (text.Length > max && text.EnumerateRunes().Count() > max))
        {
            errors.Add(path, EventErrorCodes.TooLong, $"The text is longer than {max} characters.");
            return null;
        }

        if (!text.Contains('\0', StringComparison.Ordinal)) return text;
        errors.Add(path, EventErrorCodes.InvalidCharacter, "The text holds the character U+0000.");
        return null;
    }

    /// <summary>A number in [<paramref name="min"/>, <paramref name="max"/>].</summary>
    public static decimal? Number(
        ref Utf8JsonReader json, EventErrors errors, ref uint seen, int bit, string path, decimal min, decimal max, bool whole = false)
    {
        if (!Enter(ref json, errors, ref seen, bit, path) || json.TokenType == JsonTokenType.Null) return null;
        if (json.TokenType != JsonTokenType.Number)
        {
            WrongType(ref json, errors, path, "a number");
            return null;
        }

        // Beyond decimal (1e400) the reader says no; that is out of every range too.
        if (!json.TryGetDecimal(out var number) || number < min || number > max)
        {
            errors.Add(path, EventErrorCodes.OutOfRange, FormattableString.Invariant($"The number must lie between {min} and {max}."));
            return null;
        }

        if (!whole || decimal.IsInteger(number)) return number;
        errors.Add(path, EventErrorCodes.WrongType, "The value must be a whole number.");
        return null;
    }

    /// <summary>A finite coordinate in [-<paramref name="limit"/>, <paramref name="limit"/>] degrees.</summary>
    public static double? Degrees(ref Utf8JsonReader json, EventErrors errors, ref uint seen, int bit, string path, double limit)
    {
        if (!Enter(ref json, errors, ref seen, bit, path) || json.TokenType == JsonTokenType.Null) return null;
        if (json.TokenType != JsonTokenType.Number)
        {
            WrongType(ref json, errors, path, "a number");
            return null;
        }

        if (json.TryGetDouble(out var degrees) && Math.Abs(degrees) <= limit) return degrees;
        errors.Add(path, EventErrorCodes.OutOfRange, FormattableString.Invariant($"The number must lie between {-limit} and {limit}."));
        return null;
    }

    /// <summary>true or false.</summary>
    public static bool? Boolean(ref Utf8JsonReader json, EventErrors errors, ref uint seen, int bit, string path)
    {
        if (!Enter(ref json, errors, ref seen, bit, path) || json.TokenType == JsonTokenType.Null) return null;
        if (json.TokenType is JsonTokenType.True or JsonTokenType.False) return json.GetBoolean();
        WrongType(ref json, errors, path, "true or false");
        return null;
    }

    // The reader says so by an exception only.
    private static bool IsUnicode(ref Utf8JsonReader json)
    {
        try
        {
            json.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Notes that the current value is of another type, and passes over it.</summary>
    public static void WrongType(ref Utf8JsonReader json, EventErrors errors, string path, string expected)
    {
        errors.Add(path, EventErrorCodes.WrongType, $"The value must be {expected}.");
        SkipValue(ref json, errors);
    }
}
