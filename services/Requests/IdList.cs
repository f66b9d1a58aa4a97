using System.Text.Json;

namespace QrPlatform.Requests;

/// <summary>Reads lists of ids, such as campaigns that somebody is limited to.</summary>
public static class IdList
{
    private const int Longest = 200;

    /// <summary>The ids, each once, sorted; null where the member is absent, null or wrong, which is noted.</summary>
    /// <param name="reader">The object's reader.</param>
    /// <param name="body">The object.</param>
    /// <param name="name">The member.</param>
    /// <param name="most">How many there may be.</param>
    public static string[]? Ids(this JsonObjectReader reader, JsonElement body, string name, int most)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (!body.TryGetProperty(name, out var given) || given.ValueKind == JsonValueKind.Null) return null;
        var entries = reader.List(name, 0, most);
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].ValueKind != JsonValueKind.String || entries[i].GetString() is not { Length: > 0 and <= Longest } id || id.Any(char.IsControl))
                reader.Note($"{name}[{i}]", "not_an_id", $"Must be an id of 1 to {Longest} characters.");
        }

        return [.. entries.Where(entry => entry.ValueKind == JsonValueKind.String).Select(entry => entry.GetString()!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }
}
