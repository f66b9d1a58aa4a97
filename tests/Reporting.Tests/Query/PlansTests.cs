using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using QrPlatform.Bi;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Catalogue;
using QrPlatform.Reporting.Query;
using QrPlatform.Reporting.Query.Visitors;
using QrPlatform.Reporting.Tests.Data;

namespace QrPlatform.Reporting.Tests.Query;

/// <summary>Random questions of the catalogue: however they are answered, the answer is the same.</summary>
public sealed class PlansTests(PlansTests.Fixture fixture) : IClassFixture<PlansTests.Fixture>
{
    private const int Questions = 400;

    private static readonly string[] Zones = ["America/Los_Angeles", "America/Los_Angeles", "America/Los_Angeles", "UTC", "Asia/Kathmandu", "Pacific/Chatham", "America/St_Johns"];
    private static readonly IReadOnlyList<string>?[] Grants = [null, null, ["camp_3"], ["camp_3", "camp_holiday_2025"], []];

    private readonly QueryPlanner _planner = new(new QuarterHours(), fixture.Scans);

    [Theory]
    [InlineData(20261122)]
    [InlineData(2)]
    public async Task Every_way_that_claims_to_be_exact_gives_the_same_answer_as_the_facts(int seed)
    {
        var random = new Random(seed);
        var used = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < Questions; i++)
        {
            var (plan, scope) = (RandomPlan(random), new ReaderScope("demo", Grants[random.Next(Grants.Length)]));
            await using var snapshot = await fixture.OpenAsync(scope, plan);
            var ways = await _planner.WaysAsync(snapshot, plan, snapshot.At, CancellationToken.None);
            var facts = await PlanRows.ReadAsync(snapshot, plan, ways[^1]);
            foreach (var way in ways.SkipLast(1))
            {
                var name = string.Join(" + ", way.Select(part => part.Source.Name));
                foreach (var part in way) used[part.Source.Name] = used.GetValueOrDefault(part.Source.Name) + 1;
                var rows = await PlanRows.ReadAsync(snapshot, plan, way);
                Assert.True(facts.SequenceEqual(rows), $"{Describe(plan, scope)} from {name}:\n{string.Join('\n', rows.Except(facts).Take(5))}\nfrom the facts:\n{string.Join('\n', facts.Except(rows).Take(5))}");
            }
        }

        foreach (var source in (string[])["rollup_month.all", "rollup_month.all_device", "rollup_month.all_geography", "rollup_month.campaign", "rollup_month.geography", "rollup_day.all", "rollup_day.all_device", "rollup_day.all_geography", "rollup_day.campaign", "rollup_day.device", "rollup_day.geography", "rollup_day.code", "rollup_quarter_hour", "visitor_cell.all", "visitor_cell.campaign", "visitor_scans", "visitor_journeys"])
            Assert.True(used.GetValueOrDefault(source) >= 3, $"{source} was hardly used: {string.Join(", ", used)}");
    }

    [Fact]
    public async Task What_is_additive_adds_up_to_the_total_over_every_dimension()
    {
        var random = new Random(3);
        var additive = MetricCatalogue.Model.Metrics.Where(metric => metric.Additivity == Additivity.Additive).ToList();
        foreach (var dimension in MetricCatalogue.Model.Dimensions)
        {
            var plan = RandomPlan(random) with
            {
                Metrics = [.. additive.Where(metric => dimension.OfConversions ? metric.ByConversionType is not null : metric.IsKnownBy(dimension))],
                Dimensions = [],
                Filters = [],
            };
            await using var snapshot = await fixture.OpenAsync(new ReaderScope("demo", null), plan);
            var total = Cells((await AnswerAsync(snapshot, plan)).Single());
            var parts = (await AnswerAsync(snapshot, plan with { Dimensions = [dimension] })).Select(Cells).ToList();
            for (var i = 0; i < total.Count; i++)
            {
                var sum = parts.Sum(row => decimal.Parse(row[i + 1]!, System.Globalization.CultureInfo.InvariantCulture));
                Assert.True(sum == decimal.Parse(total[i]!, System.Globalization.CultureInfo.InvariantCulture), $"{plan.Metrics[i].Name} by {dimension.Name}: {sum}, in all {total[i]}");
            }
        }
    }

    [Fact]
    public async Task A_limited_user_gets_what_the_granted_campaigns_have_and_nothing_else()
    {
        var random = new Random(4);
        for (var i = 0; i < 150; i++)
        {
            IReadOnlyList<string> granted = Grants[2 + random.Next(3)]!;
            var plan = RandomPlan(random);
            if (plan.Metrics.Any(metric => metric.Measures.Any(measure => !IsOfOneRow(measure.Source)))) continue;
            await using var limited = await fixture.OpenAsync(new ReaderScope("demo", granted), plan);
            await using var all = await fixture.OpenAsync(new ReaderScope("demo", null), plan);
            var only = plan with { Filters = [.. plan.Filters, new DimensionFilter(MetricCatalogue.DimensionsByName["campaign_id"], "in", granted.ToArray(), HasNull: false)] };
            var expected = await AnswerAsync(all, only);
            Assert.True(expected.SequenceEqual(await AnswerAsync(limited, plan)), Describe(plan, limited.Scope));
        }
    }

    [Fact]
    public async Task Months_and_days_of_the_tenants_calendar_come_from_sums_of_them_and_hours_from_quarters_of_an_hour()
    {
        async Task<string> SourcesAsync(object query)
        {
            var errors = new List<QrPlatform.Requests.FieldError>();
            using var json = JsonDocument.Parse(JsonSerializer.Serialize(query));
            var plan = QueryReader.Read(json.RootElement, errors)!;
            Assert.Empty(errors);
            await using var snapshot = await fixture.OpenAsync(new ReaderScope("demo", null), plan);
            return string.Join(" + ", (await _planner.ChooseAsync(snapshot, plan, snapshot.At, CancellationToken.None)).Parts.Select(part => part.Source.Name));
        }

        var range = MetricsTests.Range(new(2025, 3, 1), new(2025, 12, 31));
        Assert.Equal("rollup_day.campaign", await SourcesAsync(new { metrics = new[] { "total_scans", "conversion_rate_7d" }, dimensions = new[] { "campaign_name", "week" }, dateRange = range }));
        Assert.Equal("rollup_month.all + visitor_cell.all", await SourcesAsync(new { metrics = new[] { "revenue", "unique_visitors" }, dateRange = range }));
        Assert.Equal("rollup_month.all_geography", await SourcesAsync(new { metrics = new[] { "revenue" }, dimensions = new[] { "country" }, dateRange = range }));
        Assert.Equal("rollup_month.geography", await SourcesAsync(new { metrics = new[] { "revenue" }, dimensions = new[] { "country", "campaign_id" }, dateRange = range }));
        Assert.Equal("rollup_day.campaign", await SourcesAsync(new { metrics = new[] { "revenue" }, dimensions = new[] { "campaign_id" }, dateRange = MetricsTests.Range(new(2025, 3, 2), new(2025, 4, 29)) }));
        Assert.Equal("rollup_quarter_hour", await SourcesAsync(new { metrics = new[] { "sessions" }, dimensions = new[] { "hour" }, dateRange = range }));
        Assert.Equal("rollup_quarter_hour", await SourcesAsync(new { metrics = new[] { "sessions" }, dimensions = new[] { "day" }, dateRange = range, timeZone = "Asia/Kathmandu" }));
        Assert.Equal("rollup_month.all + costs", await SourcesAsync(new { metrics = new[] { "campaign_roi" }, dimensions = new[] { "month" }, dateRange = range }));
        Assert.Equal("facts", await SourcesAsync(new { metrics = new[] { "sessions" }, dimensions = new[] { "country", "os" }, dateRange = range }));
        Assert.Equal("visitor_scans", await SourcesAsync(new { metrics = new[] { "unique_visitors" }, dimensions = new[] { "country" }, dateRange = range }));
        Assert.Equal("rollup_month.all_geography + visitor_scans", await SourcesAsync(new { metrics = new[] { "revenue_per_visitor", "returning_visitor_rate" }, dimensions = new[] { "city" }, dateRange = range }));
        Assert.Equal("facts", await SourcesAsync(new { metrics = new[] { "unique_visitors" }, dimensions = new[] { "campaign_name_as_of" }, dateRange = range }));
        Assert.Equal("facts", await SourcesAsync(new { metrics = new[] { "sessions" }, dimensions = new[] { "day" }, dateRange = MetricsTests.Range(new(1990, 1, 1), new(1990, 12, 31)), timeZone = "America/St_Johns" }));
    }

    // What follows visitors or sessions through other campaigns' rows shows a limited reader less than a filter does: docs/metrics-of-the-requirements.md.
    private static bool IsOfOneRow(RowSource source) => source is RowSource.Event or RowSource.Conversion or RowSource.Cost or RowSource.Reached or RowSource.Audience;

    private static QueryPlan RandomPlan(Random random)
    {
        var model = MetricCatalogue.Model;
        var anything = random.Next(3) == 0;
        Metric[] asked = [.. model.Metrics.Where(metric => anything || metric.Measures.All(measure => measure is { Source: RowSource.Cost } or { Rollup: not null } or { Cells: not VisitorCells.None }))];
        var metrics = random.GetItems(asked, 1 + random.Next(4)).Distinct().ToList();

        // Often what rollups have, and few enough dimensions that they know them all.
        Func<Dimension, bool> known = random.Next(3) switch
        {
            0 => _ => true,
            1 => dimension => dimension.Type == DimensionType.Time || dimension.Sources.Contains(RowSource.Cost),
            _ => dimension => dimension.Type == DimensionType.Time || dimension.Column is "campaign_id" or "country" or "city" or "device_type" or "browser" or "qr_code_id",
        };
        bool Fits(Dimension dimension) => known(dimension) && !dimension.OfConversions && metrics.All(metric => metric.IsKnownBy(dimension));
        Dimension[] dimensions = [.. model.Dimensions.Where(Fits)];
        var from = new DateOnly(2025, 3, 1).AddDays(random.Next(300));
        return new QueryPlan(
            metrics, [.. random.GetItems(dimensions, random.Next(4)).Distinct()], [.. random.GetItems(dimensions, random.Next(4) / 2).Select(dimension => RandomFilter(random, dimension))],
            from, from.AddDays(random.Next(320)), Zones[random.Next(Zones.Length)], [], 100_000);
    }

    private static DimensionFilter RandomFilter(Random random, Dimension dimension)
    {
        string[] texts = dimension.Name switch
        {
            "campaign_id" => ["camp_3", "camp_holiday_2025", "camp_nameless"],
            "country" => ["US", "DE"],
            "device_type" => ["MOBILE"],
            "week" => ["2025-W10", "2026-W01"],
            "month" => ["2025-03", "2025-11"],
            "lead_quality" => ["Not Scored"],
            "business_unit" => ["North"],
            "qr_code_id" => ["qr_1", "qr_9"],
            _ => [dimension.Example ?? "A"],
        };
        var operators = dimension.Operators;
        var name = operators[random.Next(operators.Count)];
        var read = texts.Take(name is "in" or "nin" ? 3 : 1).Select(text => LabelValues.Read(dimension, JsonSerializer.SerializeToElement(text))!).ToList();
        var values = LabelValues.NewArray(dimension, read.Count);
        for (var i = 0; i < read.Count; i++) values.SetValue(read[i], i);
        return new DimensionFilter(dimension, name, values, HasNull: name is "in" or "nin" && random.Next(2) == 0);
    }

    private async Task<List<string>> AnswerAsync(ReaderSnapshot snapshot, QueryPlan plan) =>
        await PlanRows.ReadAsync(snapshot, plan, (await _planner.ChooseAsync(snapshot, plan, snapshot.At, CancellationToken.None)).Parts);

    private static List<string?> Cells(string row) => [.. row.Split('|')];

    private static string Describe(QueryPlan plan, ReaderScope scope) =>
        $"{string.Join(", ", plan.Metrics.Select(metric => metric.Name))} by {string.Join(", ", plan.Dimensions.Select(dimension => dimension.Name))} where "
        + string.Join(" and ", plan.Filters.Select(filter => $"{filter.Dimension.Name} {filter.Operator} ({string.Join(", ", filter.Values.Cast<object>())}{(filter.HasNull ? ", null" : "")})"))
        + $" {plan.From:O} to {plan.To:O} in {plan.TimeZone} for {scope.CampaignSetting}";

    /// <summary>Random scans, descriptions and costs in a database, read without a service.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private EventLog _log = null!;
        private NpgsqlDataSource _database = null!;

        internal VisitorScans Scans { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            _log = await EventLog.CreateAsync();
            var events = RandomSessions.Make(99, "demo", 600).Concat(RandomSessions.Make(5, "acme", 60)).ToArray();
            new Random(2).Shuffle(events);
            foreach (var page in events.SkipLast(4).Chunk(400)) await _log.AddAsync(page);

            // Some months change after they were summed up, so that their days answer again.
            await _log.SumUpMonthsAsync();
            await _log.AddAsync(events[^4..]);
            await _log.DefineAsync(new RandomCosts(7, 60).Events);
            _database = NpgsqlDataSource.Create(_log.ConnectionString);
            await using (var fiscal = _database.CreateCommand("update projection.tenant set fiscal_year_starts_in = 7 where tenant_id = 'demo'")) await fiscal.ExecuteNonQueryAsync();
            Scans = new VisitorScans(_database, new ConfigurationManager(), TimeProvider.System, NullLogger<VisitorScans>.Instance);
            await Scans.LoadAsync("demo", CancellationToken.None, withSteps: true);
        }

        public async Task DisposeAsync()
        {
            Scans.Dispose();
            await _database.DisposeAsync();
            await _log.DisposeAsync();
        }

        internal Task<ReaderSnapshot> OpenAsync(ReaderScope scope, QueryPlan plan) =>
            ReaderSnapshot.OpenAsync(_database, scope, new AskedDays(plan.TimeZone, plan.From, plan.To), CancellationToken.None);
    }
}
