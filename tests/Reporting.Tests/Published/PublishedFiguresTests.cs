using System.Globalization;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using QrPlatform.Contracts.Projections;
using QrPlatform.Events;
using QrPlatform.Reporting.Catalogue;
using QrPlatform.Reporting.Published;
using QrPlatform.Reporting.Tests.Data;
using QrPlatform.Reporting.Tests.Hosting;
using QrPlatform.Testing;
using StackExchange.Redis;

namespace QrPlatform.Reporting.Tests.Published;

/// <summary>Figures in the cache: the query API's, each with a lifetime, of one tenant each.</summary>
public sealed class PublishedFiguresTests : IAsyncLifetime
{
    // Of this class alone.
    private const string OwnDatabase = ",defaultDatabase=15";

    private RunningReporting _reporting = null!;
    private ConnectionMultiplexer _redis = null!;

    public async Task InitializeAsync()
    {
        var address = await TestServers.RedisAsync() + OwnDatabase;
        _redis = await ConnectionMultiplexer.ConnectAsync(address);
        await _redis.GetDatabase().ExecuteAsync("FLUSHDB");
        _reporting = await RunningReporting.StartAsync(address);
        var now = TimeProvider.System.GetUtcNow();
        var recent = RandomSessions.Make(5, "demo", 40).Select((one, i) => one with { Id = $"recent-{one.Id}", Stream = $"recent-{one.Stream}", At = now.AddMinutes(-i) });
        await _reporting.Log.AddAsync([.. RandomSessions.Make(3, "demo", 60), .. recent, .. RandomSessions.Make(4, "acme", 20)]);
    }

    public async Task DisposeAsync()
    {
        await _reporting.DisposeAsync();
        _redis.Dispose();
    }

    [Fact]
    public async Task Campaigns_countries_and_hours_are_the_query_APIs_and_none_lives_for_ever()
    {
        await PublishAsync("demo");

        var campaigns = (await RowsAsync(["total_scans", "average_lead_score", "revenue"], ["campaign_id"])).Where(row => row[0] != "").ToList();
        Assert.NotEmpty(campaigns);
        foreach (var row in campaigns)
        {
            var key = PublishedKeys.Campaign("demo", MetricCatalogue.Hash, row[0]);
            using var summary = JsonDocument.Parse((await Database.StringGetAsync(key)).ToString());
            Assert.Equal(string.Join(' ', row), $"{row[0]} {Text(summary, "total_scans")} {Text(summary, "avg_lead_score")} {Text(summary, "revenue")}");
            Assert.True(summary.RootElement.GetProperty("as_of").TryGetDateTimeOffset(out _));
            await AssertLivesAsync(key, PublishedFigures.CampaignLife);
        }

        foreach (var row in (await RowsAsync(["total_scans", "conversion_rate"], ["country"])).Where(row => row[0] != ""))
        {
            var key = PublishedKeys.Country("demo", MetricCatalogue.Hash, row[0]);
            var kept = (await Database.HashGetAllAsync(key)).ToDictionary(entry => entry.Name.ToString(), entry => entry.Value.ToString());
            Assert.Equal($"{row[1]} {row[2]}", $"{kept["total_scans"]} {kept["conversion_rate"]}");
            await AssertLivesAsync(key, PublishedFigures.CountryLife);
        }

        var hours = await RowsAsync(["total_scans"], ["hour", "campaign_id"], TimeProvider.System.GetUtcNow().AddDays(-1));
        Assert.NotEmpty(hours);
        foreach (var row in hours.Where(row => row[2] != "0"))
            Assert.Equal(row[2], await Database.HashGetAsync(PublishedKeys.Hour("demo", MetricCatalogue.Hash, DateTimeOffset.Parse(row[0], CultureInfo.InvariantCulture)), row[1]));

        foreach (var key in await KeysAsync())
        {
            Assert.Equal("demo", key.Split(':')[2]);
            Assert.NotNull(await Database.KeyTimeToLiveAsync(key));
        }
    }

    [Fact]
    public async Task More_scans_of_an_hour_change_the_campaigns_entry_instead_of_adding_one()
    {
        var at = TimeProvider.System.GetUtcNow();
        await ScanAsync("first", at);
        await PublishAsync("demo");
        await ScanAsync("second", at);
        await PublishAsync("demo");

        var hour = await Database.HashGetAllAsync(PublishedKeys.Hour("demo", MetricCatalogue.Hash, new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, 0, 0, TimeSpan.Zero)));
        Assert.Equal("2", Assert.Single(hour, entry => entry.Name == "camp:counted").Value);
        using var summary = JsonDocument.Parse((await Database.StringGetAsync(PublishedKeys.Campaign("demo", MetricCatalogue.Hash, "camp:counted"))).ToString());
        Assert.Equal(2, summary.RootElement.GetProperty("total_scans").GetInt32());
    }

    [Fact]
    public async Task The_news_of_changed_rows_has_them_published_for_that_tenant_only()
    {
        await _reporting.Services.GetRequiredService<IBus>().Publish(new ProjectionAdvanced { Position = 1, Tenants = ["acme"] });

        await Eventually.TrueAsync(async () => (await KeysAsync()).Length > 0, "figures of the tenant");
        Assert.All(await KeysAsync(), key => Assert.Equal("acme", key.Split(':')[2]));
    }

    [Fact]
    public async Task Without_the_cache_nothing_is_published_and_queries_are_answered()
    {
        await using var alone = await RunningReporting.StartAsync("127.0.0.1:1,connectTimeout=200,abortConnect=false");
        await alone.Log.AddAsync(RandomSessions.Make(3, "demo", 20));
        alone.Services.GetRequiredService<FigurePublisher>().Tell(new ProjectionAdvanced { Position = 1, Tenants = ["demo"] });

        var failure = await Record.ExceptionAsync(() => alone.Services.GetRequiredService<PublishedFigures>().PublishAsync("demo", CancellationToken.None));
        Assert.True(failure is RedisException or TimeoutException, failure?.ToString());
        Assert.NotNull((await alone.QueryAsync(new { metrics = new[] { "total_scans" }, period = "ytd" })).Single);
    }

    private IDatabase Database => _redis.GetDatabase();

    private Task PublishAsync(string tenant) => _reporting.Services.GetRequiredService<PublishedFigures>().PublishAsync(tenant, CancellationToken.None);

    private Task ScanAsync(string id, DateTimeOffset at) => _reporting.Log.AddAsync(new TestEvent
    {
        Id = id,
        Stream = $"s-{id}",
        Kind = "SCAN",
        At = at,
        Campaign = new Campaign("camp:counted", "Counted", null, null, null, null),
    });

    /// <summary>The query API's rows as text.</summary>
    private async Task<List<string[]>> RowsAsync(string[] metrics, string[] dimensions, DateTimeOffset? since = null)
    {
        var range = new { from = since is { } first ? first.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "2000-01-01", to = "2099-12-31" };
        var answer = await _reporting.QueryAsync(new { metrics, dimensions, dateRange = range, timeZone = since is null ? "America/Los_Angeles" : "UTC", limit = 10_000 });
        return [.. answer.Rows.Select(row => row.Select(cell => cell.ValueKind == JsonValueKind.Number ? cell.GetRawText() : cell.ToString()).Select((text, i) => text == "" && i >= dimensions.Length ? "null" : text).ToArray())];
    }

    private static string Text(JsonDocument summary, string name) => summary.RootElement.GetProperty(name).GetRawText();

    private async Task AssertLivesAsync(RedisKey key, TimeSpan life) => Assert.InRange((await Database.KeyTimeToLiveAsync(key)) ?? TimeSpan.Zero, TimeSpan.FromSeconds(1), life);

    // Awaited: the client's way through the keys blocks a thread and gives up after a second, which two test runs beside each other may take.
    private async Task<string[]> KeysAsync() => (string[]?)await Database.ExecuteAsync("KEYS", "*:*:*:all:*") ?? [];
}
