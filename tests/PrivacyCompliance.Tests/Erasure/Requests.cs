using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using QrPlatform.Testing;

namespace QrPlatform.PrivacyCompliance.Tests.Erasure;

/// <summary>Asks for erasures as an officer does.</summary>
internal static class Requests
{
    public const string Path = "/v1/privacy/erasure-requests";

    public static string NewVisitor() => $"visitor-{Guid.NewGuid():N}";

    public static async Task<Guid> EraseAsync(HttpClient officer, string visitorId, string reason = "asked by letter", string? reference = "F-1")
    {
        using var response = await officer.PostAsJsonAsync(Path, new { visitorId, reason, reference });
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        var id = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        Assert.Equal($"{Path}/{id}", response.Headers.Location?.ToString());
        return id;
    }

    public static async Task<JsonElement> GetAsync(HttpClient officer, Guid id) => await officer.GetFromJsonAsync<JsonElement>($"{Path}/{id}");

    public static async Task<JsonElement> WaitAsync(HttpClient officer, Guid id, string status = "completed")
    {
        JsonElement last = default;
        try
        {
            await Eventually.TrueAsync(async () => (last = await GetAsync(officer, id)).GetProperty("status").GetString() == status, $"status {status}");
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message}: {last}", exception);
        }

        return last;
    }
}
