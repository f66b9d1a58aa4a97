using QrPlatform.Requests;

namespace QrPlatform.Enrichment.Managing;

/// <summary>Ids as events carry them: up to 200 characters, not blank, without U+0000. In a path, a slash cannot be told from its escape.</summary>
internal static class ManagedId
{
    public const int Longest = 200;

    public const string Rule = "Must have 1 to 200 characters, not only blanks, and neither U+0000 nor a slash.";

    public static bool IsValid(string id) =>
        !string.IsNullOrWhiteSpace(id) && !id.Contains('\0') && !id.Contains('/') && !id.Contains("%2F", StringComparison.OrdinalIgnoreCase)
        && (id.Length <= Longest || id.EnumerateRunes().Count() <= Longest);

    /// <summary>Notes an id of the path that cannot be.</summary>
    public static void Check(string id, List<FieldError> errors)
    {
        if (!IsValid(id)) errors.Add(new FieldError("id", "invalid_id", Rule));
    }
}
