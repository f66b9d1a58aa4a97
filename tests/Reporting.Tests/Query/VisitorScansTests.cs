using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using QrPlatform.Events;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Catalogue;
using QrPlatform.Reporting.Query;
using QrPlatform.Reporting.Query.Visitors;
using QrPlatform.Reporting.Tests.Data;

namespace QrPlatform.Reporting.Tests.Query;

/// <summary>Scans and steps in columns follow the read models: whatever comes late, moves or goes, distinct visitors and their journeys are those of the facts of the question's own moment.</summary>
public sealed class VisitorScansTests : IAsyncLifetime
{
    private static readonly string[] Dimensions = ["country", "city", "device_type", "campaign_name", "variant", "lead_quality", "month", "day_of_week", "hour_of_day", "qr_code_id"];

    private EventLog _log = null!;
    private NpgsqlDataSource _database = null!;
    private VisitorScans _scans = null!;
    private QueryPlanner _planner = null!;

    public async Task InitializeAsync()
    {
        _log = await EventLog.CreateAsync();
        _database = NpgsqlDataSource.Create(_log.ConnectionString);
        _scans = Scans();
        _planner = new QueryPlanner(new QuarterHours(), _scans);
    }

    public async Task DisposeAsync()
    {
        _scans.Dispose();
        await _database.DisposeAsync();
        await _log.DisposeAsync();
    }

    [Fact]
    public async Task Counts_follow_events_in_any_order_and_erasures()
    {
        var random = new Random(11);
        var events = RandomSessions.Make(41, "demo", 300).ToArray();
        random.Shuffle(events);
        var pages = events.Chunk(150).ToList();
        await _log.AddAsync(pages[0]);
        await _scans.LoadAsync("demo", CancellationToken.None, withSteps: true);
        foreach (var page in pages.Skip(1))
        {
            await _log.AddAsync(page);
            if (random.Next(3) == 0) await EraseAsync(random);
            if (random.Next(3) == 0) await _scans.LoadAsync("demo", CancellationToken.None, withSteps: true);
            for (var i = 0; i < 3; i++) await CompareAsync(RandomPlan(random), random.Next(3) == 0 ? ["camp_3", "camp_holiday_2025"] : null);
        }
    }

    [Fact]
    public async Task A_question_is_answered_at_the_moment_of_its_own_snapshot()
    {
        var pages = RandomSessions.Make(42, "demo", 200).Chunk(200).ToList();
        await _log.AddAsync(pages[0]);
        await _scans.LoadAsync("demo", CancellationToken.None, withSteps: true);
        var plan = RandomPlan(new Random(1));
        await _log.AddAsync(pages[1]);
        await using var before = await OpenAsync(plan, null);
        await _log.AddAsync(pages[2]);
        await using var after = await OpenAsync(plan, null);
        await CompareAsync(after, plan);
        await CompareAsync(before, plan);
        await CompareAsync(after, plan);
    }

    [Fact]
    public async Task Scans_that_a_rebuild_took_away_count_no_longer()
    {
        await _log.AddAsync([.. RandomSessions.Make(43, "demo", 100)]);
        await _scans.LoadAsync("demo", CancellationToken.None, withSteps: true);
        await using var remove = _database.CreateCommand(
            """
            begin; select projection.begin_change();
            with gone as (delete from projection.event_fact where is_scan and tenant_id = 'demo' and seq_id % 3 = 0 returning tenant_id, event_id, campaign_id)
            insert into projection.removal (tenant_id, dataset, row_key, campaign_id) select tenant_id, 'fact_scan', event_id, campaign_id from gone; commit
            """);
        await remove.ExecuteNonQueryAsync();
        var plan = RandomPlan(new Random(1));
        await using (var snapshot = await OpenAsync(plan, null))
        {
            var choice = await _planner.ChooseAsync(snapshot, plan, snapshot.At, CancellationToken.None);
            Assert.Equal(["facts", "journeys"], choice.Parts.Select(part => part.Source.Name));
            Assert.Contains(choice.PassedOver, passed => passed is { Source: "visitor_scans", Reason: "the tenant's scans are being loaded" });
        }

        await _scans.LoadAsync("demo", CancellationToken.None, withSteps: true);
        await CompareAsync(plan, null);
    }

    [Fact]
    public async Task A_tenant_with_more_scans_than_may_be_kept_is_answered_from_the_facts()
    {
        await _log.AddAsync([.. RandomSessions.Make(44, "demo", 100)]);
        using var scans = Scans(("Visitors:MostScans", "20"));
        await scans.LoadAsync("demo", CancellationToken.None, withSteps: true);
        var plan = RandomPlan(new Random(1));
        await using var snapshot = await OpenAsync(plan, null);
        var (_, columns, reason) = await scans.AtAsync(snapshot, CancellationToken.None);
        Assert.Null(columns);
        Assert.Equal("there are more than 20 scans", reason);
    }

    private static QueryPlan RandomPlan(Random random)
    {
        var dimensions = random.GetItems(Dimensions, 1 + random.Next(2)).Distinct().Select(name => MetricCatalogue.DimensionsByName[name]).ToList();
        var filter = new DimensionFilter(MetricCatalogue.DimensionsByName["country"], random.Next(2) == 0 ? "in" : "nin", new[] { "US", "México" }, random.Next(2) == 0);
        string[] metrics = ["unique_visitors", "returning_visitors", "landed_visitors", "engaged_visitors", "lead_visitors", "scan_to_customer_rate", "cross_campaign_visitors"];
        return new QueryPlan(
            [.. metrics.Select(name => MetricCatalogue.Model.Metrics.Single(metric => metric.Name == name))], dimensions, random.Next(2) == 0 ? [filter] : [], new(2025, 3, 9), new(2025, 12, 31), null, [], 100_000);
    }

    private VisitorScans Scans(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationManager();
        foreach (var (key, value) in settings) configuration[key] = value;
        return new VisitorScans(_database, configuration, TimeProvider.System, NullLogger<VisitorScans>.Instance);
    }

    private async Task EraseAsync(Random random)
    {
        await using var find = _database.CreateCommand(
            "select array_agg(seq_id order by seq_id) from projection.event_fact where visitor is not null and tenant_id = 'demo' group by visitor order by visitor offset $1 limit 1");
        find.Parameters.Add(new NpgsqlParameter<int> { TypedValue = random.Next(5) });
        var own = (long[])(await find.ExecuteScalarAsync())!;
        var (id, half) = (Guid.NewGuid(), own.Length / 2);

        // A history may be told in two events, of two pages.
        foreach (var part in (long[][])[own[..half], own[half..]])
        {
            await _log.DefineAsync(("demo", $"x-{id:N}", new VisitorErased { Erasure = id, Events = part, Anonymous = [] }));
            await CompareAsync(RandomPlan(random), null);
        }
    }

    private async Task CompareAsync(QueryPlan plan, IReadOnlyList<string>? campaigns)
    {
        await using var snapshot = await OpenAsync(plan, campaigns);
        await CompareAsync(snapshot, plan);
    }

    private async Task CompareAsync(ReaderSnapshot snapshot, QueryPlan plan)
    {
        var ways = await _planner.WaysAsync(snapshot, plan, snapshot.At, CancellationToken.None);
        var way = ways.Single(one => one.Any(part => part.Source.Name == "visitor_scans"));
        Assert.Contains(way, part => part.Source.Name == "visitor_journeys");
        var facts = await PlanRows.ReadAsync(snapshot, plan, ways[^1]);
        Assert.NotEmpty(facts);
        Assert.Equal(facts, await PlanRows.ReadAsync(snapshot, plan, way));
    }

    private Task<ReaderSnapshot> OpenAsync(QueryPlan plan, IReadOnlyList<string>? campaigns) =>
        ReaderSnapshot.OpenAsync(_database, new ReaderScope("demo", campaigns), new AskedDays(null, plan.From, plan.To), CancellationToken.None);
}
