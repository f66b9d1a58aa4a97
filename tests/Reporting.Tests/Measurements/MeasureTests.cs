using System.Net.Http.Json;
using System.Text.Json;
using QrPlatform.Reporting.Tests.Data;
using QrPlatform.Reporting.Tests.Hosting;

namespace QrPlatform.Reporting.Tests.Measurements;

public sealed class MeasureTests : IAsyncLifetime
{
    private const string Key = "key-of-the-services";

    private RunningReporting _reporting = null!;

    public async Task InitializeAsync() => _reporting = await RunningReporting.StartAsync(settings: $"--Services:Key={Key}");

    public async Task DisposeAsync() => await _reporting.DisposeAsync();

    [Fact]
    public async Task Is_the_query_apis_number_of_an_interval_for_services_only()
    {
        var sessions = RandomSessions.Make(11, "demo", 200);
        await _reporting.Log.AddAsync(sessions);
        var day = DateTime.SpecifyKind(sessions.First(e => e.IsScan).At.UtcDateTime.Date, DateTimeKind.Unspecified);
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/Los_Angeles");
        DateTimeOffset Start(DateTime local) => new(local, zone.GetUtcOffset(local));
        foreach (var metric in (string[])["total_scans", "unique_visitors", "returning_visitors", "conversion_rate", "revenue", "average_lead_score"])
        {
            var expected = await _reporting.QueryAsync(new { metrics = new[] { metric, "sessions" }, dateRange = new { from = $"{day:yyyy-MM-dd}", to = $"{day:yyyy-MM-dd}" } });
            var (status, measured) = await AskAsync(metric, Start(day), Start(day.AddDays(1)), Key);
            Assert.Equal(200, status);
            Assert.Equal(expected.Rows[0][0].ToString(), measured.GetProperty("value").ToString());
            Assert.Equal("America/Los_Angeles", measured.GetProperty("timeZone").GetString());
        }

        Assert.Equal((401, 401), ((await AskAsync("revenue", Start(day), Start(day), null)).Status, (await AskAsync("revenue", Start(day), Start(day), "guess")).Status));
        Assert.Equal(422, (await AskAsync("nothing", Start(day), Start(day.AddDays(1)), Key)).Status);
    }

    private async Task<(int Status, JsonElement Body)> AskAsync(string metric, DateTimeOffset from, DateTimeOffset to, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/internal/v1/measurements") { Content = JsonContent.Create(new { tenantId = "demo", metric, from, to }) };
        if (key is not null) request.Headers.Add("X-Service-Key", key);
        using var response = await _reporting.Client.SendAsync(request);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.Clone());
    }
}
