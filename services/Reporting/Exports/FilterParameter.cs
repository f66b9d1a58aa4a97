using System.Text.Json;
using System.Text.Json.Nodes;

namespace QrPlatform.Reporting.Exports;

/// <summary>A parameter <c>name:operator:value</c>; the value is a text, or a JSON array of several or of null.</summary>
internal static class FilterParameter
{
    /// <summary>The filter as the query API takes it. Parts that are missing are left out, for the reader to ask for.</summary>
    public static JsonObject Encode(string text)
    {
        var parts = text.Split(':', 3);
        var filter = new JsonObject { ["dimension"] = parts[0] };
        if (parts.Length > 1) filter["operator"] = parts[1];
        if (parts.Length > 2) filter["values"] = Values(parts[2]);
        return filter;
    }

    private static JsonArray Values(string text)
    {
        if (!text.StartsWith('[')) return [text];
        try
        {
            return JsonNode.Parse(text) as JsonArray ?? [text];
        }
        catch (JsonException)
        {
            // A text that only looks like a list.
            return [text];
        }
    }
}
