using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using QrPlatform.Reporting.Query;
using QrPlatform.Reporting.Tests.Data;
using QrPlatform.Reporting.Tests.Hosting;
using QrPlatform.Testing;

namespace QrPlatform.Reporting.Tests.Query;

/// <summary>Totals, subtotals, the greatest values and the rest, filled axes, comparisons, named periods and explanations.</summary>
public sealed partial class ExtrasTests(NumbersFixture fixture) : IClassFixture<NumbersFixture>
{
    private const string Range = """ "dateRange": {"from": "2025-03-01", "to": "2026-01-31"} """;
    private const string Metrics = """ "metrics": ["revenue", "unique_visitors", "conversion_rate"] """;

    [Fact]
    public async Task Totals_and_subtotals_are_the_answers_without_the_dimensions_that_they_leave_out()
    {
        var answer = await AskAsync($$"""{ {{Metrics}}, {{Range}}, "dimensions": ["country", "device_type", "month"], "totals": true, "subtotals": true, "limit": 2 }""");
        Assert.Equal(2, Rows(answer).Count);
        Assert.Equal(Assert.Single(Rows(await AskAsync($$"""{ {{Metrics}}, {{Range}} }"""))), answer["totals"]!.ToJsonString());
        var levels = answer["subtotals"]!.AsArray();
        Assert.Equal(["""["country","revenue","unique_visitors","conversion_rate"]""", """["country","device_type","revenue","unique_visitors","conversion_rate"]"""], levels.Select(level => level!["columns"]!.ToJsonString()));
        Assert.Equal(Rows(await AskAsync($$"""{ {{Metrics}}, {{Range}}, "dimensions": ["country", "device_type"] }""")), Rows(levels[1]!));
        Assert.Equal(Rows(await AskAsync($$"""{ {{Metrics}}, {{Range}}, "dimensions": ["country"] }""")), Rows(levels[0]!));
    }

    [Theory]
    [InlineData("country")]
    [InlineData("month")]
    public async Task The_greatest_values_have_rows_of_their_own_and_the_others_are_one_in_every_group(string dimension)
    {
        var answer = await AskAsync($$"""{ {{Metrics}}, {{Range}}, "dimensions": ["{{dimension}}", "device_type"], "top": {"count": 2, "dimension": "{{dimension}}", "by": "revenue"}, "totals": true }""");
        var ranked = Rows(await AskAsync($$"""{ {{Metrics}}, {{Range}}, "dimensions": ["{{dimension}}"], "orderBy": [{"field": "revenue", "direction": "desc"}] }""")).Select(row => JsonNode.Parse(row)![0]?.ToJsonString() ?? "null").ToList();
        Assert.Equal(ranked.Take(2).Order(), answer["rows"]!.AsArray().Select(row => row![0]?.ToJsonString() ?? "null").Distinct().Order());

        var named = string.Join(", ", ranked.Take(2));
        Assert.Equal("""["device_type","revenue","unique_visitors","conversion_rate"]""", answer["other"]!["columns"]!.ToJsonString());
        Assert.Equal(
            Rows(await AskAsync($$"""{ {{Metrics}}, {{Range}}, "dimensions": ["device_type"], "filters": [{"dimension": "{{dimension}}", "operator": "nin", "values": [{{named}}]}] }""")),
            Rows(answer["other"]!));
        var sum = answer["rows"]!.AsArray().Sum(row => row![2]!.GetValue<decimal>()) + answer["other"]!["rows"]!.AsArray().Sum(row => row![1]!.GetValue<decimal>());
        Assert.Equal(answer["totals"]![0]!.GetValue<decimal>(), sum);
    }

    [Fact]
    public async Task A_filled_axis_has_every_day_and_the_hours_of_a_day_as_the_clock_has_them()
    {
        var answer = await AskAsync("""{"metrics": ["total_scans", "conversion_rate"], "dimensions": ["day", "country"], "dateRange": {"from": "2025-02-25", "to": "2025-03-12"}, "fill": true}""");
        var rows = answer["rows"]!.AsArray();
        var countries = rows.Select(row => row![1]?.ToString()).Distinct().ToList();
        Assert.True(countries.Count >= 3);
        Assert.Equal(16 * countries.Count, rows.Count);
        Assert.Equal("[\"2025-02-25\",\"DE\",0,null]", rows[0]!.ToJsonString());
        Assert.Equal(
            Rows(await AskAsync("""{"metrics": ["total_scans", "conversion_rate"], "dimensions": ["day", "country"], "dateRange": {"from": "2025-02-25", "to": "2025-03-12"}}""")),
            rows.Where(row => row![2]!.GetValue<int>() > 0).Select(row => row!.ToJsonString()));

        async Task<List<string>> HoursAsync(string day) =>
            [.. (await AskAsync($$"""{"metrics": ["sessions"], "dimensions": ["hour"], "dateRange": {"from": "{{day}}", "to": "{{day}}"}, "fill": true}"""))["rows"]!.AsArray().Select(row => row![0]!.ToString())];
        Assert.Equal(23, (await HoursAsync("2025-03-09")).Count);
        var autumn = await HoursAsync("2025-11-02");
        Assert.Equal(25, autumn.Distinct().Count());
        Assert.Contains("2025-11-02T01:00:00-08:00", autumn);

        var nothing = await AskAsync("""{"metrics": ["sessions"], "dimensions": ["month"], "dateRange": {"from": "2001-01-15", "to": "2001-06-01"}, "fill": true, "filters": [{"dimension": "month", "operator": "gt", "values": ["2001-04"]}]}""");
        Assert.Equal(["""["2001-05",0]""", """["2001-06",0]"""], Rows(nothing));
    }

    [Theory]
    [InlineData("previous_period", "2025-11-01", "2025-11-30", "2025-10-02", "2025-10-31")]
    [InlineData("previous_year", "2026-01-01", "2026-01-31", "2025-01-01", "2025-01-31")]
    [InlineData("previous_year", "2028-02-29", "2028-02-29", "2027-02-28", "2027-02-28")]
    public async Task A_comparison_is_the_same_question_of_the_range_before(string compare, string from, string to, string first, string last)
    {
        var answer = await AskAsync($$"""{ {{Metrics}}, "dimensions": ["country"], "dateRange": {"from": "{{from}}", "to": "{{to}}"}, "compare": "{{compare}}", "totals": true }""");
        var before = answer["comparison"]!;
        Assert.Equal((first, last), (before["dateRange"]!["from"]!.ToString(), before["dateRange"]!["to"]!.ToString()));
        var range = $$""" "dateRange": {"from": "{{first}}", "to": "{{last}}"} """;
        Assert.Equal(Rows(await AskAsync($$"""{ {{Metrics}}, "dimensions": ["country"], {{range}} }""")), Rows(before));
        Assert.Equal(Rows(await AskAsync($$"""{ {{Metrics}}, {{range}} }""")).Single(), before["totals"]!.ToJsonString());

        // The same values as in the range itself, whatever was greatest before; totals are of everything.
        var top = await AskAsync($$"""{ {{Metrics}}, "dimensions": ["country"], "dateRange": {"from": "{{from}}", "to": "{{to}}"}, "compare": "{{compare}}", "totals": true, "top": {"count": 1} }""");
        var shown = top["rows"]!.AsArray().Select(row => row![0]?.ToString()).ToList();
        Assert.Equal(before["rows"]!.AsArray().Where(row => shown.Contains(row![0]?.ToString())).Select(row => row!.ToJsonString()), Rows(top["comparison"]!));
        Assert.Equal(before["totals"]!.ToJsonString(), top["comparison"]!["totals"]!.ToJsonString());
    }

    [Fact]
    public async Task While_a_range_runs_it_is_compared_with_as_much_of_the_range_before()
    {
        // A zone in which it is about noon, so that minutes do not cross a day.
        var now = TimeProvider.System.GetUtcNow();
        var offset = 12 - now.Hour;
        var zone = offset == 0 ? "Etc/GMT" : $"Etc/GMT{(offset > 0 ? "-" : "+")}{Math.Abs(offset)}";
        await using var reporting = await RunningReporting.StartAsync();
        TestEvent Scan(string id, DateTimeOffset at) => new() { Id = id, Stream = id, Kind = "SCAN", At = at, Tenant = "acme" };
        await reporting.Log.AddAsync(
            Scan("now", now.AddMinutes(-5)), Scan("counts", now.AddHours(-24).AddMinutes(-5)), Scan("too-late", now.AddHours(-24).AddMinutes(5)), Scan("last-week", now.AddDays(-7).AddMinutes(-5)));
        var day = $"{now.AddHours(offset):yyyy-MM-dd}";
        var answer = await AskAsync(
            $$"""{"metrics": ["total_scans"], "dateRange": {"from": "{{day}}", "to": "{{day}}"}, "timeZone": "{{zone}}", "compare": "previous_period"}""", reporting, reporting.Token(tenant: "acme"));
        Assert.Equal(("[[1]]", "[[1]]"), (answer["rows"]!.ToJsonString(), answer["comparison"]!["rows"]!.ToJsonString()));
        var elapsed = answer["asOf"]!.GetValue<DateTimeOffset>() - DateTimeOffset.Parse(day, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).AddHours(-offset);
        var compared = answer["comparison"]!["until"]!.GetValue<DateTimeOffset>() - answer["comparison"]!["from"]!.GetValue<DateTimeOffset>();
        Assert.True((elapsed - compared).Duration() < TimeSpan.FromMilliseconds(1), $"{elapsed} is compared with {compared}");

        foreach (var (period, first) in new[] { ("mtd", $"{now.AddHours(offset):yyyy-MM}-01"), ("ytd", $"{now.AddHours(offset):yyyy}-01-01") })
        {
            var named = await AskAsync($$"""{"metrics": ["total_scans"], "period": "{{period}}", "timeZone": "{{zone}}", "compare": "previous_period"}""", reporting, reporting.Token(tenant: "acme"));
            Assert.Equal((first, day), (named["dateRange"]!["from"]!.ToString(), named["dateRange"]!["to"]!.ToString()));
        }
    }

    [Theory]
    [InlineData("mtd", "2025-03-01", "2025-03-31", "2025-02-01", "2025-02-28")]
    [InlineData("mtd", "2025-12-01", "2025-12-10", "2025-11-01", "2025-11-10")]
    [InlineData("qtd", "2026-01-01", "2026-02-10", "2025-10-01", "2025-11-10")]
    [InlineData("ytd", "2025-01-01", "2025-03-01", "2024-01-01", "2024-02-29")]
    public void A_named_period_is_compared_with_the_beginning_of_the_one_before(string period, string from, string to, string first, string last)
    {
        var plan = new QueryPlan([], [], [], default, default, null, [], 1) { Period = Enum.Parse<NamedPeriod>(period, ignoreCase: true), Compare = Comparison.PreviousPeriod };
        Assert.Equal((DateOnly.Parse(first, CultureInfo.InvariantCulture), DateOnly.Parse(last, CultureInfo.InvariantCulture)),
            ComparedRange.Days(plan, DateOnly.Parse(from, CultureInfo.InvariantCulture), DateOnly.Parse(to, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task An_explanation_says_where_the_answer_came_from_and_at_what_cost()
    {
        var rollup = (await AskAsync($$"""{"metrics": ["total_scans", "unique_visitors"], {{Range}}, "dimensions": ["month"], "explain": true}"""))["explain"]!;
        Assert.Equal(["rollup_day.all", "visitor_cell.all"], rollup["sources"]!.AsArray().Select(source => source!["name"]!.ToString()));
        var facts = (await AskAsync($$"""{"metrics": ["unique_visitors"], {{Range}}, "dimensions": ["campaign_name_as_of"], "explain": true}"""))["explain"]!;
        Assert.Equal("facts", facts["sources"]!.AsArray().Single()!["name"]!.ToString());
        Assert.Equal("visitors cannot be told by campaign_name_as_of", facts["passedOver"]![0]!["reason"]!.ToString());
        Assert.True(facts["rowsRead"]!.GetValue<long>() > 0 && facts["milliseconds"]!.GetValue<double>() > 0);

        // What belongs to others is not even counted.
        var nobody = (await AskAsync($$"""{"metrics": ["unique_visitors"], {{Range}}, "dimensions": ["country"], "explain": true}""", token: fixture.Reporting.Token(tenant: "nobody")))["explain"]!;
        Assert.Equal(0, nobody["rowsRead"]!.GetValue<long>());
    }

    [Fact]
    public async Task Every_question_of_the_page_about_the_query_api_is_answered()
    {
        var page = await File.ReadAllTextAsync(Repository.PathOf("docs", "query-api.md"));
        var questions = Questions().Matches(page).Select(match => match.Groups[1].Value).ToList();
        Assert.True(questions.Count >= 5);
        foreach (var question in questions) Assert.NotNull((await AskAsync(question))["rows"]);
    }

    private async Task<JsonNode> AskAsync(string query, RunningReporting? reporting = null, string? token = null)
    {
        reporting ??= fixture.Reporting;
        using var response = await reporting.PostAsync(query, token ?? reporting.Token());
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{query}: {text}");
        return JsonNode.Parse(text)!;
    }

    private static List<string> Rows(JsonNode answer) => [.. answer["rows"]!.AsArray().Select(row => row!.ToJsonString())];

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Questions();
}
