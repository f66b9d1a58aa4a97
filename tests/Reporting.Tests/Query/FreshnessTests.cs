using QrPlatform.Reporting.Tests.Data;
using QrPlatform.Reporting.Tests.Hosting;

namespace QrPlatform.Reporting.Tests.Query;

public sealed class FreshnessTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Day = new(2025, 5, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly object Scans = new { metrics = new[] { "total_scans" }, dateRange = new { from = "2025-05-05", to = "2025-05-05" } };

    private RunningReporting _reporting = null!;

    public async Task InitializeAsync() => _reporting = await RunningReporting.StartAsync();

    public async Task DisposeAsync() => await _reporting.DisposeAsync();

    [Fact]
    public async Task An_answer_is_kept_until_the_next_event_and_its_as_of_moves_on()
    {
        await _reporting.Log.AddAsync(Scan("1"));
        await CachedAsync(Scans);
        var kept = await _reporting.QueryAsync(Scans);
        var later = await _reporting.QueryAsync(Scans);
        Assert.Equal((1m, "hit"), (kept.Single, kept.Cache));
        Assert.True(later.AsOf > kept.AsOf);

        await _reporting.Log.AddAsync(Scan("2"));
        var fresh = await _reporting.QueryAsync(Scans);
        Assert.Equal((2m, "miss"), (fresh.Single, fresh.Cache));
    }

    [Fact]
    public async Task A_kept_answer_is_of_one_tenant_scope_and_query()
    {
        await _reporting.Log.AddAsync(Scan("1"), Scan("2") with { Tenant = "acme" }, Scan("3") with { Campaign = new("camp_a", null, null, null, null, null) });
        await CachedAsync(Scans);
        Assert.Equal(2, (await _reporting.QueryAsync(Scans)).Single);
        Assert.Equal(1, (await _reporting.QueryAsync(Scans, _reporting.Token(tenant: "acme"))).Single);
        Assert.Equal(1, (await _reporting.QueryAsync(Scans, _reporting.Token("analyst", "demo", "camp_a"))).Single);
        Assert.Equal(0, (await _reporting.QueryAsync(Scans, _reporting.Token("analyst", "demo", "camp_b"))).Single);
    }

    [Fact]
    public async Task As_of_is_the_oldest_event_that_is_missing_while_the_projection_is_behind()
    {
        await _reporting.Log.AddAsync(Scan("1"));
        var before = TimeProvider.System.GetUtcNow();
        Assert.True((await _reporting.QueryAsync(Scans)).AsOf >= before.AddSeconds(-1));
        await _reporting.Log.AppendOnlyAsync(Scan("2"));
        var behind = await _reporting.QueryAsync(Scans);
        Assert.Equal(1, behind.Single);
        Assert.True(behind.AsOf <= (await _reporting.QueryAsync(Scans)).AsOf);
        Assert.True(behind.AsOf < TimeProvider.System.GetUtcNow());
        Assert.Equal(behind.AsOf, (await _reporting.QueryAsync(Scans)).AsOf);
    }

    [Fact]
    public async Task The_seven_day_rate_waits_for_its_youngest_session_and_is_not_kept_meanwhile()
    {
        var now = TimeProvider.System.GetUtcNow();
        await _reporting.Log.AddAsync(
            Scan("old") with { At = now.AddDays(-9), Code = "old" },
            Scan("old-2") with { At = now.AddDays(-9), Code = "old", Stream = "s-2" },
            Scan("late") with { Kind = "CONVERSION", At = now.AddDays(-1), Stream = "s-2", Conversions = ["X"] },
            Scan("young") with { At = now.AddDays(-6), Code = "young", Conversions = ["X"] });
        var query = new
        {
            metrics = new[] { "conversion_rate", "conversion_rate_7d" },
            dimensions = new[] { "qr_code_id" },
            dateRange = new { from = $"{now.AddDays(-20):yyyy-MM-dd}", to = $"{now.AddDays(1):yyyy-MM-dd}" },
        };
        for (var i = 0; i < 2; i++)
        {
            var answer = await _reporting.QueryAsync(query);
            Assert.Equal(["old,0.5,0", "young,1,"], answer.Rows.Select(row => string.Join(',', row.Select(cell => cell.ToString()))));
            Assert.Equal("none", answer.Cache);
        }
    }

    [Fact]
    public async Task Many_users_with_the_same_question_all_get_the_answer()
    {
        await _reporting.Log.AddAsync(Scan("1"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => _reporting.QueryAsync(Scans)));
        Assert.All(answers, answer => Assert.Equal(1, answer.Single));
    }

    [Fact]
    public async Task Everything_works_while_redis_is_away_and_health_says_degraded()
    {
        await using var reporting = await RunningReporting.StartAsync("127.0.0.1:1,connectTimeout=200");
        await reporting.Log.AddAsync(Scan("1"));
        for (var i = 0; i < 3; i++)
        {
            var answer = await reporting.QueryAsync(Scans);
            Assert.Equal((1m, "miss"), (answer.Single, answer.Cache));
        }

        using var health = await reporting.Client.GetAsync("/health");
        Assert.True(health.IsSuccessStatusCode);
        Assert.Contains("Degraded", await health.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var healthy = await _reporting.Client.GetAsync("/health");
        Assert.Contains("\"Healthy\"", await healthy.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    // The client connects beside the start of the host; until then answers are computed.
    private Task CachedAsync(object query) =>
        Testing.Eventually.TrueAsync(async () => (await _reporting.QueryAsync(query)).Cache == "hit", "an answer comes from Redis");

    private static TestEvent Scan(string id) => new() { Stream = $"s-{id}", Id = id, Kind = "SCAN", At = Day };
}
