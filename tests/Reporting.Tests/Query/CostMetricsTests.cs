using System.Text.Json;
using QrPlatform.Reporting.Tests.Data;
using QrPlatform.Reporting.Tests.Hosting;
using QrPlatform.ServiceDefaults.Security;
using static QrPlatform.Reporting.Tests.Data.PlainNumbers;

namespace QrPlatform.Reporting.Tests.Query;

public sealed class CostMetricsTests(CostMetricsTests.Fixture fixture) : IClassFixture<CostMetricsTests.Fixture>
{
    private static readonly string[] Metrics = ["cost", "campaign_roi", "cost_per_acquisition", "revenue", "new_customers"];
    private static readonly DateOnly From = new(2025, 3, 7), To = new(2026, 1, 15);

    [Theory]
    [InlineData("America/Los_Angeles", "")]
    [InlineData("America/Los_Angeles", "day")]
    [InlineData("America/Los_Angeles", "week")]
    [InlineData("America/Los_Angeles", "month,campaign_id")]
    [InlineData("America/Los_Angeles", "quarter")]
    [InlineData("America/Los_Angeles", "year,channel_type")]
    [InlineData("America/Los_Angeles", "day_of_week")]
    [InlineData("America/Los_Angeles", "campaign_id")]
    [InlineData("America/Los_Angeles", "campaign_name,content_category")]
    [InlineData("America/Los_Angeles", "campaign_id,day")]
    [InlineData("Asia/Kathmandu", "day")]
    public async Task Cost_metrics_equal_the_plain_computation(string zone, string dimensions)
    {
        var by = dimensions.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var answer = await fixture.Reporting.QueryAsync(new { metrics = Metrics, dimensions = by, dateRange = MetricsTests.Range(From, To), timeZone = zone, limit = 100_000 });
        Compare(fixture.Plain(by, zone, _ => true), by, answer.Rows);
    }

    [Fact]
    public async Task Filters_and_grants_hold_for_cost_as_for_scans()
    {
        var filtered = await fixture.Reporting.QueryAsync(new
        {
            metrics = Metrics,
            dimensions = new[] { "month" },
            filters = new object[]
            {
                new { dimension = "campaign_id", @operator = "in", values = new[] { "camp_3", "camp_unseen" } },
                new { dimension = "month", @operator = "ne", values = new[] { "2025-11" } },
            },
            dateRange = MetricsTests.Range(From, To),
        });
        Compare(fixture.Plain(["month"], "America/Los_Angeles", campaign => campaign is "camp_3" or "camp_unseen", month => month != "2025-11"), ["month"], filtered.Rows);

        var granted = await fixture.Reporting.QueryAsync(
            new { metrics = Metrics, dimensions = new[] { "campaign_id" }, dateRange = MetricsTests.Range(From, To) },
            fixture.Reporting.Token(Roles.Analyst, "demo", "camp_holiday_2025"));
        Compare(fixture.Plain(["campaign_id"], "America/Los_Angeles", campaign => campaign == "camp_holiday_2025"), ["campaign_id"], granted.Rows);

        var theirs = await fixture.Reporting.QueryAsync(new { metrics = new[] { "cost" }, dateRange = MetricsTests.Range(new(2025, 3, 2), new(2025, 3, 3)) }, fixture.Reporting.Token(tenant: "acme"));
        Assert.Equal(20m, theirs.Single);
    }

    [Fact]
    public async Task Return_is_null_where_nothing_was_spent_and_acquisition_where_nobody_was_won()
    {
        var before = MetricsTests.Range(new(2020, 1, 1), new(2020, 1, 31));
        var nothing = await fixture.Reporting.QueryAsync(new { metrics = new[] { "cost", "campaign_roi", "cost_per_acquisition" }, dateRange = before });
        Assert.Equal(["0", "", ""], nothing.Rows.Single().Select(cell => cell.ToString()));

        var unseen = await fixture.Reporting.QueryAsync(new
        {
            metrics = new[] { "total_scans", "cost", "campaign_roi", "cost_per_acquisition" },
            dimensions = new[] { "campaign_id" },
            filters = new[] { new { dimension = "campaign_name", @operator = "eq", values = new[] { "Unseen" } } },
            dateRange = MetricsTests.Range(From, To),
        });
        var row = unseen.Rows.Single();
        Assert.Equal(("camp_unseen", 0, -100m, JsonValueKind.Null), (row[0].GetString(), row[1].GetInt32(), row[3].GetDecimal(), row[4].ValueKind));
    }

    [Fact]
    public async Task Scans_are_known_by_the_business_unit_that_the_campaign_was_described_with()
    {
        var answer = await fixture.Reporting.QueryAsync(new { metrics = new[] { "revenue" }, dimensions = new[] { "business_unit", "campaign_name" }, dateRange = MetricsTests.Range(From, To) });
        Assert.Contains(answer.Rows, row => row[0].ToString() == "North");
        Assert.All(answer.Rows, row => Assert.Equal(row[1].ToString() == "Described 3" ? "North" : "", row[0].ToString()));
    }

    private static void Compare(Dictionary<string, (decimal? Cost, decimal? Roi, decimal? Acquisition, decimal Revenue, int Customers)> expected, string[] by, IReadOnlyList<IReadOnlyList<JsonElement>> rows)
    {
        var actual = rows.ToDictionary(row => Key(row.Take(by.Length).Select(cell => cell.ValueKind == JsonValueKind.Null ? null : cell.ToString())));
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        Assert.NotEmpty(expected);
        foreach (var (key, (cost, roi, acquisition, revenue, customers)) in expected)
        {
            decimal?[] values = [cost, roi, acquisition, revenue, customers];
            for (var i = 0; i < values.Length; i++)
            {
                var cell = actual[key][by.Length + i];
                var got = cell.ValueKind == JsonValueKind.Null ? (decimal?)null : cell.GetDecimal();
                Assert.True(values[i] is { } value ? got is { } there && Math.Abs(value - there) < 0.000_000_1m : got is null, $"{Metrics[i]} of '{key}': expected {values[i]}, got {got}");
            }
        }
    }

    private static string Key(IEnumerable<string?> labels) => string.Join('|', labels.Select(label => label ?? "∅"));

    /// <summary>One service with random scans and costs.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private readonly IReadOnlyList<TestEvent> _events = RandomSessions.Make(4711, "demo", 400);
        private readonly RandomCosts _costs = new(7, 60);

        internal RunningReporting Reporting { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Reporting = await RunningReporting.StartAsync();
            await Reporting.Log.AddAsync(_events);
            await Reporting.Log.DefineAsync(_costs.Events);
        }

        public async Task DisposeAsync() => await Reporting.DisposeAsync();

        /// <summary>Cost, return, cost per acquisition, revenue and new customers of each group that has any of them.</summary>
        internal Dictionary<string, (decimal? Cost, decimal? Roi, decimal? Acquisition, decimal Revenue, int Customers)> Plain(
            string[] by, string zone, Func<string?, bool> ofCampaign, Func<string?, bool>? where = null)
        {
            var plain = new PlainNumbers(_events, zone);
            string? LabelOf(Fact fact, string dimension) => dimension == "campaign_name" ? RandomCosts.Name(fact.Context.Campaign?.Id) : plain.Label(fact, dimension);
            var facts = plain.InRange(From, To)
                .Where(f => ofCampaign(f.Context.Campaign?.Id) && ((f.IsCounted && f.Event.Revenue is not null) || f.IsNewCustomer))
                .Where(f => where is null || where(LabelOf(f, by[0])))
                .ToLookup(f => Key(by.Select(dimension => LabelOf(f, dimension))));
            var costs = _costs.Days.Where(cost => cost.Day >= From && cost.Day <= To && ofCampaign(cost.Campaign))
                .Where(cost => where is null || where(RandomCosts.Label(cost, by[0])))
                .ToLookup(cost => Key(by.Select(dimension => RandomCosts.Label(cost, dimension))));
            var earning = facts.Where(group => group.Any(f => f.IsNewCustomer) || group.Sum(f => f.Event.Revenue ?? 0) != 0).Select(group => group.Key);
            return earning.Union(costs.Select(group => group.Key)).ToDictionary(key => key, key =>
            {
                var cost = costs[key].Sum(share => share.Amount);
                var revenue = facts[key].Where(f => f.IsCounted).Sum(f => f.Event.Revenue ?? 0);
                var customers = facts[key].Count(f => f.IsNewCustomer);
                return ((decimal?)cost, cost == 0 ? (decimal?)null : (revenue - cost) / cost * 100, customers == 0 ? (decimal?)null : cost / customers, revenue, customers);
            });
        }
    }
}
