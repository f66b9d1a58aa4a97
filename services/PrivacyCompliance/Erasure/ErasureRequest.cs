using System.Text.Json;
using QrPlatform.Requests;

namespace QrPlatform.PrivacyCompliance.Erasure;

/// <summary>What <c>POST /v1/privacy/erasure-requests</c> takes.</summary>
/// <param name="VisitorId">The source's id of the visitor. Personal.</param>
/// <param name="Reason">Why, in the officer's words.</param>
/// <param name="Reference">The officer's own file number.</param>
internal sealed record ErasureRequest(string VisitorId, string Reason, string? Reference)
{
    private const int LongestVisitorId = 200, LongestText = 500;

    /// <summary>Reads it; null where something is wrong, which is noted.</summary>
    public static ErasureRequest? Read(JsonElement json, List<FieldError> errors)
    {
        var reader = new JsonObjectReader(json, "$", errors);
        reader.Allow("visitorId", "reason", "reference");
        var visitorId = reader.Text("visitorId", required: true);
        var reason = reader.Text("reason", required: true);
        var reference = reader.Text("reference");
        Limit(reader, "visitorId", visitorId, LongestVisitorId);
        Limit(reader, "reason", reason, LongestText);
        Limit(reader, "reference", reference, LongestText);

        // These are kept for good, beside a case that must not tell whose it is.
        foreach (var (name, text) in new[] { ("reason", reason), ("reference", reference) })
        {
            if (visitorId is { Length: >= 4 } && text?.Contains(visitorId, StringComparison.OrdinalIgnoreCase) == true)
                reader.Note(name, "contains_visitor_id", "Must not quote the visitor's id: it is kept with the case, and the id may be kept nowhere.");
        }

        return errors.Count == 0 ? new ErasureRequest(visitorId!, reason!, reference) : null;
    }

    private static void Limit(JsonObjectReader reader, string name, string? text, int longest)
    {
        if (text is null) return;
        if (text.Length > longest) reader.Note(name, "too_long", $"May have {longest} characters.");
        else if (string.IsNullOrWhiteSpace(text)) reader.Note(name, "empty", "Must not be empty.");
    }
}
