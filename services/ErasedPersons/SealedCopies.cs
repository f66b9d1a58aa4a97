using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using QrPlatform.Keys;

namespace QrPlatform.ErasedPersons;

/// <summary>
/// Looks into sealed copies of events (quarantine), which may be anything: one event, a batch of them, half of one, or no JSON at all.
/// So a person is recognised by any text or number in the copy that is one of its ids.
/// </summary>
public static partial class SealedCopies
{
    // A shorter id is found as a whole value only: as a part of another text it would be found everywhere.
    private const int LeastForParts = 8;

    // What may go on an id: between these it is another one ("visitor-1" in "visitor-10").
    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    /// <summary>The copy's bytes; null where the key is gone or the copy was changed, so that nobody can read it.</summary>
    public static byte[]? Open(KeyDirectory keys, string transitKeyId, byte[] box, Guid batchId)
    {
        try
        {
            return keys.Find(KeyPurposes.Transit, transitKeyId) is { } key ? SealedBox.Open(key, box, batchId.ToByteArray(bigEndian: true)) : null;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether one of the ids stands in the copy.</summary>
    public static bool Holds(ReadOnlySpan<byte> copy, IReadOnlyCollection<string> ids)
    {
        var text = Encoding.UTF8.GetString(copy);
        return ids.Any(id => id.Length >= LeastForParts && HoldsWhole(text, id)) || Values(text).Any(ids.Contains);
    }

    /// <summary>
    /// The copy without the events in which one of the ids stands: the same bytes where there is none, null where nothing is left.
    /// A batch that was quarantined as a whole loses those events only.
    /// </summary>
    public static byte[]? Without(byte[] copy, IReadOnlyCollection<string> ids)
    {
        if (!Holds(copy, ids)) return copy;
        if (Elements(copy) is not { } elements) return null;
        var others = elements.Where(element => !Holds(Encoding.UTF8.GetBytes(element), ids)).ToList();
        return others.Count == 0 ? null : Encoding.UTF8.GetBytes($"[{string.Join(',', others)}]");
    }

    /// <summary>Every text and number in the copy.</summary>
    public static IEnumerable<string> Values(string copy)
    {
        foreach (Match match in Value().Matches(copy))
        {
            var value = match.Value;
            yield return value is ['"', .., '"'] ? Unescaped(value) : value;
        }
    }

    private static bool HoldsWhole(string text, string id)
    {
        for (var at = text.IndexOf(id, StringComparison.Ordinal); at >= 0; at = text.IndexOf(id, at + 1, StringComparison.Ordinal))
        {
            var end = at + id.Length;
            if ((at == 0 || !IdCharacters.Contains(text[at - 1])) && (end == text.Length || !IdCharacters.Contains(text[end]))) return true;
        }

        return false;
    }

    private static List<string>? Elements(byte[] copy)
    {
        try
        {
            using var json = JsonDocument.Parse(copy);
            return json.RootElement.ValueKind == JsonValueKind.Array ? [.. json.RootElement.EnumerateArray().Select(element => element.GetRawText())] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Unescaped(string quoted)
    {
        try
        {
            return JsonSerializer.Deserialize<string>(quoted)!;
        }
        catch (JsonException)
        {
            return quoted[1..^1];
        }
    }

    [GeneratedRegex(@"""(?:[^""\\]|\\.)*""|[^\s""{}\[\],:]+", RegexOptions.Singleline)]
    private static partial Regex Value();
}
