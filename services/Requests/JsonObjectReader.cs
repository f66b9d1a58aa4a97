using System.Globalization;
using System.Text.Json;

namespace QrPlatform.Requests;

/// <summary>Reads one JSON object member by member and notes what does not fit, so that the caller learns of everything at once.</summary>
public sealed class JsonObjectReader(JsonElement element, string path, List<FieldError> errors)
{
    private static readonly string[] InstantFormats = ["yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    /// <summary>Notes members that have no meaning here, which are most often spelling mistakes.</summary>
    public void Allow(params ReadOnlySpan<string> members)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (!members.Contains(member.Name))
                Note(Shown(member.Name), "unknown_field", $"There is no such field. Allowed: {string.Join(", ", members.ToArray())}.");
        }
    }

    /// <summary>A text, or null where it is absent or wrong.</summary>
    public string? Text(string name, bool required = false)
    {
        if (!Present(name, required, out var value)) return null;
        if (value.ValueKind == JsonValueKind.String && Storable(value.GetString()!) is { } text) return text;
        Note(name, "wrong_type", "Must be a text without NUL, up to 1,000 characters.");
        return null;
    }

    /// <summary>A text of up to <paramref name="most"/> characters (code points) without U+0000; a blank one is as good as absent.</summary>
    public string? Line(string name, int most, bool required = false)
    {
        if (!Present(name, required, out var value)) return null;
        if (value.ValueKind != JsonValueKind.String)
        {
            Note(name, "wrong_type", "Must be a text.");
            return null;
        }

        var text = value.GetString()!;
        if (text.Contains('\0')) Note(name, "invalid_character", "Must not hold the character U+0000.");
        else if (text.Length > most && text.EnumerateRunes().Count() > most) Note(name, "too_long", $"May have up to {most} characters.");
        else if (!string.IsNullOrWhiteSpace(text)) return text;
        else if (required) Note(name, "required", "Is required.");
        return null;
    }

    /// <summary>A number within limits, with at most <paramref name="digits"/> decimal places, or null where it is absent or wrong.</summary>
    public decimal? Decimal(string name, decimal least, decimal most, int digits, bool required = false)
    {
        if (!Present(name, required, out var value)) return null;
        if (value.ValueKind != JsonValueKind.Number) Note(name, "wrong_type", "Must be a number.");
        else if (!value.TryGetDecimal(out var number) || number < least || number > most)
            Note(name, "out_of_range", FormattableString.Invariant($"Must lie between {least} and {most}."));
        else if (decimal.Round(number, digits) != number) Note(name, "too_precise", $"May have up to {digits} decimal places.");
        else return number;
        return null;
    }

    /// <summary>An ISO 4217 code, or null where it is absent or wrong.</summary>
    public string? Currency(string name)
    {
        if (!Present(name, required: false, out var value)) return null;
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: 3 } code && code.All(char.IsAsciiLetterUpper)) return code;
        Note(name, "invalid_currency", "Must be an ISO 4217 code of three capital letters.");
        return null;
    }

    /// <summary>A date-time with offset, or null where it is absent or wrong.</summary>
    public DateTimeOffset? Instant(string name)
    {
        if (!Present(name, required: false, out var value)) return null;
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= 40 } text
            && DateTimeOffset.TryParseExact(
                text.Replace("Z", "+00:00", StringComparison.Ordinal), InstantFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant) && instant.UtcDateTime.Year is >= 1970 and < 2200)
            return instant.ToUniversalTime();
        Note(name, "not_an_instant", "Must be a date-time with offset such as 2025-11-30T09:00:00Z, from 1970 to 2199.");
        return null;
    }

    /// <summary>A whole number within limits, or null where it is absent or wrong.</summary>
    public int? Number(string name, int least, int most)
    {
        if (!Present(name, required: false, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most) return number;
        Note(name, "out_of_range", $"Must be a whole number from {least} to {most}.");
        return null;
    }

    /// <summary>The member is there, and not null.</summary>
    public bool Has(string name) => Present(name, required: false, out _);

    /// <summary>True or false; null where it is absent or wrong.</summary>
    public bool? Flag(string name)
    {
        if (!Present(name, required: false, out var value)) return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Note(name, "wrong_type", "Must be true or false.");
        return null;
    }

    /// <summary>A calendar day, or null where it is absent or wrong.</summary>
    public DateOnly? Day(string name)
    {
        if (Text(name, required: true) is not { } text) return null;
        if (ParseDay(text) is { } day) return day;
        Note(name, "not_a_date", "Must be a day such as 2025-11-30, from 1970-01-01 to 2199-12-31.");
        return null;
    }

    /// <summary>A member that is an object, or null where it is absent or wrong.</summary>
    public JsonObjectReader? Object(string name, bool required)
    {
        if (!Present(name, required, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Object) return new JsonObjectReader(value, $"{path}.{name}", errors);
        Note(name, "wrong_type", "Must be an object.");
        return null;
    }

    /// <summary>The elements of an array; none where it is absent or wrong.</summary>
    public IReadOnlyList<JsonElement> List(string name, int least, int most)
    {
        if (!Present(name, required: least > 0, out var value)) return [];
        if (value.ValueKind != JsonValueKind.Array)
        {
            Note(name, "wrong_type", "Must be an array.");
            return [];
        }

        var length = value.GetArrayLength();
        if (length >= least && length <= most) return [.. value.EnumerateArray()];
        Note(name, "wrong_length", $"Must have {least} to {most} entries.");
        return [];
    }

    /// <summary>Names out of an array, each at most once, each known; unknown ones are noted with what is allowed.</summary>
    public IReadOnlyList<T> Known<T>(string name, int least, int most, IReadOnlyDictionary<string, T> known, string kind)
    {
        var found = new List<T>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var entries = List(name, least, most);
        for (var i = 0; i < entries.Count; i++)
        {
            var text = entries[i].ValueKind == JsonValueKind.String ? entries[i].GetString()! : null;
            if (text is not null && known.TryGetValue(text, out var value))
            {
                if (seen.Add(text)) found.Add(value);
                else Note($"{name}[{i}]", "twice", $"'{text}' is asked for twice.");
            }
            else
            {
                Note($"{name}[{i}]", $"unknown_{kind}", $"There is no such {kind}. Allowed: {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}.");
            }
        }

        return found;
    }

    /// <summary>Readers of an array's objects; other elements are noted.</summary>
    public IEnumerable<JsonObjectReader> Objects(string name, int most)
    {
        var entries = List(name, 0, most);
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].ValueKind == JsonValueKind.Object) yield return new JsonObjectReader(entries[i], $"{path}.{name}[{i}]", errors);
            else Note($"{name}[{i}]", "wrong_type", "Must be an object.");
        }
    }

    /// <summary>Notes what is wrong with a member.</summary>
    /// <param name="name">The member.</param>
    /// <param name="code">Stable slug.</param>
    /// <param name="message">For people: what is allowed.</param>
    public void Note(string name, string code, string message) => errors.Add(new FieldError($"{path}.{name}", code, message));

    /// <summary>A day <c>2025-11-30</c> within what the platform counts, or null.</summary>
    public static DateOnly? ParseDay(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1970 and < 2200 ? day : null;

    /// <summary>The text, or null where PostgreSQL could not hold it.</summary>
    public static string? Storable(string text) => text.Length <= 1_000 && !text.Contains('\0') ? text : null;

    // null is as good as absent, except inside the values of a filter.
    private bool Present(string name, bool required, out JsonElement value)
    {
        if (element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null) return true;
        if (required) Note(name, "required", "Is required.");
        return false;
    }

    private static string Shown(string name) => name.Length <= 40 ? name : name[..40] + "…";
}
