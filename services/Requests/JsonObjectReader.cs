using System.Globalization;
using System.Text.Json;

namespace QrPlatform.Requests;

/// <summary>Reads one JSON object member by member and notes what does not fit, so that the caller learns of everything at once.</summary>
public sealed class JsonObjectReader(JsonElement element, string path, List<FieldError> errors)
{
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

    /// <summary>A whole number within limits, or null where it is absent or wrong.</summary>
    public int? Number(string name, int least, int most)
    {
        if (!Present(name, required: false, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most) return number;
        Note(name, "out_of_range", $"Must be a whole number from {least} to {most}.");
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
