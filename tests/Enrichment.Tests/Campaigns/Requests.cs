using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace QrPlatform.Enrichment.Tests.Campaigns;

/// <summary>Sends commands and reads their answers.</summary>
internal static class Requests
{
    public static async Task<Reply> SendAsync(this HttpClient client, string method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body switch
        {
            null => null,
            string text => new StringContent(text, Encoding.UTF8, "application/json"),
            HttpContent content => content,
            _ => JsonContent.Create(body),
        };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request);
        var read = await response.Content.ReadAsStringAsync();
        return new Reply(
            response.StatusCode, response.Headers.ETag?.ToString(), response.Headers.Location?.ToString(),
            read.Length > 0 ? JsonDocument.Parse(read).RootElement : default);
    }
}

/// <summary>An answer.</summary>
internal sealed record Reply(HttpStatusCode Status, string? ETag, string? Location, JsonElement Json)
{
    public string? Text(string name) => Json.GetProperty(name) is var value && value.ValueKind == JsonValueKind.Null ? null : value.ToString();

    /// <summary>Path and code of each error.</summary>
    public IReadOnlyList<string> Errors =>
        [.. Json.GetProperty("errors").EnumerateArray().Select(error => $"{error.GetProperty("path")} {error.GetProperty("code")}")];
}
