using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace QrPlatform.Benchmarks.Path;

/// <summary>Asks what dashboards ask, one question after the other, through the gateway, as a signed-in user.</summary>
internal sealed class Dashboards : IDisposable
{
    // No answer of the cache counts: the limit is part of its key and changes nothing.
    private const int MostRows = 100_000;

    private static readonly (string[] Metrics, string[] Dimensions)[] Questions =
    [
        (["total_scans", "sessions", "conversions", "revenue"], []),
        (["total_scans", "conversions", "revenue"], ["day", "campaign_id"]),
        (["total_scans", "revenue"], ["country", "region", "city"]),
        (["total_scans", "conversions"], ["device_type", "os", "browser"]),
        (["sessions", "conversion_rate"], ["campaign_id"]),
        (["total_scans"], ["hour"]),
        (["unique_visitors"], []),
        (["unique_visitors"], ["country"]),
    ];

    private readonly HttpClient _client;
    private int _asked;

    private Dashboards(HttpClient client) => _client = client;

    public static async Task<Dashboards> SignInAsync(Uri gateway)
    {
        var client = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(60) };
        using var answer = await client.PostAsJsonAsync(new Uri("/auth/token", UriKind.Relative), new { username = "admin", password = "demo" });
        answer.EnsureSuccessStatusCode();
        using var token = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync());
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.RootElement.GetProperty("access_token").GetString());
        return new Dashboards(client);
    }

    /// <summary>Milliseconds of each question, until <paramref name="ends"/>.</summary>
    public async Task<List<double>> AskAsync(Task ends)
    {
        var latencies = new List<double>();
        while (!ends.IsCompleted)
        {
            var (metrics, dimensions) = Questions[_asked % Questions.Length];
            var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
            var query = new { metrics, dimensions, dateRange = new { from = today.AddDays(-30), to = today.AddDays(1) }, limit = MostRows - (_asked++ % 50_000) };
            var started = Stopwatch.GetTimestamp();
            using var answer = await _client.PostAsJsonAsync(new Uri("/v1/query", UriKind.Relative), query);
            var body = await answer.Content.ReadAsStringAsync();
            latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(body);
        }

        return latencies;
    }

    public void Dispose() => _client.Dispose();
}
