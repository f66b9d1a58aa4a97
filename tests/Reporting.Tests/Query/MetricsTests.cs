using System.Text.Json;
using QrPlatform.Reporting.Tests.Data;
using static QrPlatform.Reporting.Tests.Data.PlainNumbers;

namespace QrPlatform.Reporting.Tests.Query;

public sealed class MetricsTests(NumbersFixture fixture) : IClassFixture<NumbersFixture>
{
    private static readonly DateOnly From = new(2025, 3, 1), To = new(2026, 1, 31);

    [Theory]
    [InlineData("America/Los_Angeles", "")]
    [InlineData("America/Los_Angeles", "hour")]
    [InlineData("America/Los_Angeles", "day")]
    [InlineData("America/Los_Angeles", "week")]
    [InlineData("America/Los_Angeles", "month")]
    [InlineData("America/Los_Angeles", "quarter")]
    [InlineData("America/Los_Angeles", "year")]
    [InlineData("America/Los_Angeles", "hour_of_day")]
    [InlineData("America/Los_Angeles", "day_of_week")]
    [InlineData("America/Los_Angeles", "campaign_id,day")]
    [InlineData("America/Los_Angeles", "campaign_name,variant")]
    [InlineData("America/Los_Angeles", "channel_type,content_category,conversion_goal")]
    [InlineData("America/Los_Angeles", "qr_code_id")]
    [InlineData("America/Los_Angeles", "country,region,city")]
    [InlineData("America/Los_Angeles", "device_type,os,browser")]
    [InlineData("America/Los_Angeles", "lead_quality,business_unit")]
    [InlineData("Asia/Kathmandu", "hour")]
    [InlineData("Asia/Kathmandu", "day,country")]
    [InlineData("Pacific/Chatham", "day")]
    [InlineData("UTC", "hour")]
    public async Task Every_metric_equals_the_plain_computation(string zone, string dimensions)
    {
        var by = dimensions.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var plain = new PlainNumbers(fixture.Demo, zone);
        foreach (var metrics in AllMetrics.Chunk(30))
        {
            var answer = await fixture.Reporting.QueryAsync(new { metrics, dimensions = by, dateRange = Range(From, To), timeZone = zone, limit = 100_000 });
            Assert.Equal([.. by, .. metrics], answer.Columns);
            Compare(plain, by, metrics, answer.Rows, [.. plain.InRange(From, To)], From);
        }
    }

    [Fact]
    public async Task Each_metric_alone_has_a_row_exactly_where_there_is_something()
    {
        var plain = new PlainNumbers(fixture.Demo, "America/Los_Angeles");
        foreach (var metric in AllMetrics)
        {
            var answer = await fixture.Reporting.QueryAsync(new { metrics = new[] { metric }, dimensions = new[] { "day", "country" }, dateRange = Range(From, To) });
            Compare(plain, ["day", "country"], [metric], answer.Rows, [.. plain.InRange(From, To)], From);
        }
    }

    [Fact]
    public async Task Returning_visitors_are_those_seen_before_the_range_whatever_the_campaign()
    {
        var from = new DateOnly(2025, 11, 2);
        var plain = new PlainNumbers(fixture.Demo, "America/Los_Angeles");
        var answer = await fixture.Reporting.QueryAsync(new
        {
            metrics = new[] { "unique_visitors", "returning_visitors" },
            dimensions = new[] { "campaign_id" },
            dateRange = Range(from, To),
        });

        Assert.Contains(answer.Rows, row => row[2].GetInt32() > 0 && row[2].GetInt32() < row[1].GetInt32());
        Compare(plain, ["campaign_id"], ["unique_visitors", "returning_visitors"], answer.Rows, [.. plain.InRange(from, To)], from);
    }

    [Fact]
    public async Task A_limited_users_funnel_has_the_steps_of_the_granted_campaigns()
    {
        var plain = new PlainNumbers(fixture.Demo, "America/Los_Angeles", ["camp_3", "camp_4"]);
        string[] metrics = [.. PlainJourneys.AllMetrics.Where(name => name.Contains("_rate", StringComparison.Ordinal) || name is "lead_visitors" or "cross_campaign_visitors")];
        var answer = await fixture.Reporting.QueryAsync(
            new { metrics, dimensions = new[] { "month" }, dateRange = Range(From, To) },
            fixture.Reporting.Token(ServiceDefaults.Security.Roles.Analyst, "demo", "camp_3", "camp_4"));
        Compare(plain, ["month"], metrics, answer.Rows, [.. plain.InRange(From, To)], From);
    }

    [Fact]
    public async Task Conversions_are_told_apart_by_type()
    {
        var plain = new PlainNumbers(fixture.Demo, "America/Los_Angeles");
        var answer = await fixture.Reporting.QueryAsync(new { metrics = new[] { "conversions" }, dimensions = new[] { "conversion_type", "month" }, dateRange = Range(From, To) });
        var expected = plain.InRange(From, To).Where(f => f.IsCounted).SelectMany(f => (f.Event.Conversions ?? []).Select(type => (type, month: plain.Label(f, "month"))))
            .CountBy(key => key).OrderBy(pair => pair.Key.type, StringComparer.Ordinal).ThenBy(pair => pair.Key.month).Select(pair => $"{pair.Key.type} {pair.Key.month} {pair.Value}");
        Assert.Equal(expected, answer.Rows.Select(row => $"{row[0]} {row[1]} {row[2]}"));

        var only = await fixture.Reporting.QueryAsync(new
        {
            metrics = new[] { "conversions" },
            filters = new[] { new { dimension = "conversion_type", @operator = "eq", values = new[] { "PURCHASE" } } },
            dateRange = Range(From, To),
        });
        Assert.Equal(answer.Rows.Where(row => row[0].GetString() == "PURCHASE").Sum(row => row[2].GetInt32()), only.Single);
    }

    [Fact]
    public async Task The_two_hours_of_an_autumn_night_are_two_and_the_missing_one_of_spring_is_none()
    {
        var answer = await fixture.Reporting.QueryAsync(new { metrics = new[] { "total_scans" }, dimensions = new[] { "hour" }, dateRange = Range(new(2025, 11, 2), new(2025, 11, 2)) });
        var autumn = answer.Rows.Select(row => row[0].GetString()!).ToList();
        Assert.Equal(autumn.OrderBy(DateTimeOffset.Parse), autumn);
        Assert.Contains("2025-11-02T01:00:00-07:00", autumn);
        Assert.Contains("2025-11-02T01:00:00-08:00", autumn);

        var spring = (await fixture.Reporting.QueryAsync(new { metrics = new[] { "total_scans" }, dimensions = new[] { "hour" }, dateRange = Range(new(2025, 3, 9), new(2025, 3, 9)) }))
            .Rows.Select(row => row[0].GetString()!).ToList();
        Assert.Contains("2025-03-09T01:00:00-08:00", spring);
        Assert.Contains("2025-03-09T03:00:00-07:00", spring);
        Assert.DoesNotContain(spring, label => label.StartsWith("2025-03-09T02", StringComparison.Ordinal));
    }

    internal static object Range(DateOnly from, DateOnly to) => new { from = $"{from:yyyy-MM-dd}", to = $"{to:yyyy-MM-dd}" };

    internal static void Compare(PlainNumbers plain, string[] by, string[] metrics, IReadOnlyList<IReadOnlyList<JsonElement>> rows, List<Fact> facts, DateOnly from)
    {
        var groups = facts.GroupBy(f => Key(by.Select(dimension => plain.Label(f, dimension)))).ToDictionary(g => g.Key, g => g.ToList());
        if (by.Length == 0 && groups.Count == 0) groups[""] = [];
        var expected = groups.Where(g => by.Length == 0 || metrics.Any(metric => plain.Metric(metric, g.Value, from).Exists)).ToDictionary();
        var actual = rows.ToDictionary(row => Key(row.Take(by.Length).Select(cell => cell.ValueKind == JsonValueKind.Null ? null : cell.ToString())));

        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach (var (key, group) in expected)
        {
            for (var i = 0; i < metrics.Length; i++)
            {
                var value = plain.Metric(metrics[i], group, from).Value;
                var cell = actual[key][by.Length + i];
                var got = cell.ValueKind == JsonValueKind.Null ? (decimal?)null : cell.GetDecimal();
                Assert.True(value is null ? got is null : got is not null && Math.Abs(value.Value - got.Value) < 0.000_000_001m, $"{metrics[i]} of '{key}': expected {value}, got {got}");
            }
        }
    }

    private static string Key(IEnumerable<string?> labels) => string.Join('|', labels.Select(label => label ?? "∅"));
}
