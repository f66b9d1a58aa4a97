using System.Text.Json;
using QrPlatform.Reporting.Tests.Data;

namespace QrPlatform.Reporting.Tests.Query;

public sealed class FiltersTests(NumbersFixture fixture) : IClassFixture<NumbersFixture>
{
    private static readonly DateOnly From = new(2025, 1, 1), To = new(2026, 12, 31);
    private static readonly string[] Metrics = ["total_scans", "sessions", "unique_visitors", "conversions", "revenue", "conversion_rate", "bot_scans", "unconsented_scans"];

    public static TheoryData<string, string, string> Cases => new()
    {
        { "country", "eq", """["US"]""" },
        { "country", "eq", """["México"]""" },
        { "country", "eq", "[null]" },
        { "country", "in", """["US", "DE"]""" },
        { "country", "in", """["DE", null]""" },
        { "country", "ne", """["US"]""" },
        { "country", "ne", "[null]" },
        { "country", "nin", """["US", "DE"]""" },
        { "country", "nin", """["US", null]""" },
        { "country", "gt", """["DE"]""" },
        { "country", "lte", """["US"]""" },
        { "country", "eq", """["'; drop table projection.event_fact; --"]""" },
        { "campaign_id", "eq", """["camp_holiday_2025"]""" },
        { "campaign_name", "nin", """["Name 2", "Name 3"]""" },
        { "qr_code_id", "in", """["qr_0", "qr_9"]""" },
        { "business_unit", "eq", "[null]" },
        { "business_unit", "ne", """["Retail"]""" },
        { "lead_quality", "in", """["High Quality", "Not Scored"]""" },
        { "lead_quality", "ne", """["Unqualified"]""" },
        { "hour", "eq", """["2025-11-02T01:00:00-08:00"]""" },
        { "hour", "lt", """["2025-11-02T09:00:00Z"]""" },
        { "day", "gte", """["2025-11-02"]""" },
        { "week", "in", """["2025-W10", "2026-W01"]""" },
        { "month", "eq", """["2025-11"]""" },
        { "quarter", "gt", """["2025-Q2"]""" },
        { "year", "eq", """["2025"]""" },
        { "year", "lte", "[2025]" },
        { "hour_of_day", "lt", "[6]" },
        { "day_of_week", "in", "[6, 7]" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_filter_keeps_what_a_person_expects(string dimension, string operation, string values)
    {
        var plain = new PlainNumbers(fixture.Demo, "America/Los_Angeles");
        var wanted = JsonDocument.Parse(values).RootElement.EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Null ? null : value.ToString()).ToList();
        var facts = plain.InRange(From, To).Where(fact => Keeps(plain.Label(fact, dimension), dimension, operation, wanted)).ToList();

        using var response = await fixture.Reporting.PostAsync(
            $$"""
            {"metrics": {{JsonSerializer.Serialize(Metrics)}}, "dateRange": {"from": "2025-01-01", "to": "2026-12-31"},
             "filters": [{"dimension": "{{dimension}}", "operator": "{{operation}}", "values": {{values}}}]}
            """,
            fixture.Reporting.Token());
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        var rows = JsonDocument.Parse(text).RootElement.GetProperty("rows").EnumerateArray().Select(row => (IReadOnlyList<JsonElement>)[.. row.EnumerateArray()]).ToList();
        MetricsTests.Compare(plain, [], Metrics, rows, facts, From);
    }

    [Fact]
    public async Task Filters_hold_together()
    {
        var plain = new PlainNumbers(fixture.Demo, "America/Los_Angeles");
        var facts = plain.InRange(From, To).Where(f => plain.Label(f, "country") == "US" && plain.Label(f, "device_type") != "MOBILE").ToList();
        var answer = await fixture.Reporting.QueryAsync(new
        {
            metrics = Metrics,
            dimensions = new[] { "day" },
            dateRange = MetricsTests.Range(From, To),
            filters = new[] { new { dimension = "country", @operator = "eq", values = new[] { "US" } }, new { dimension = "device_type", @operator = "ne", values = new[] { "MOBILE" } } },
        });
        MetricsTests.Compare(plain, ["day"], Metrics, answer.Rows, facts, From);
    }

    private static bool Keeps(string? label, string dimension, string operation, List<string?> wanted) => operation switch
    {
        "eq" or "in" => wanted.Any(value => Compare(label, value, dimension) == 0),
        "ne" or "nin" => wanted.All(value => Compare(label, value, dimension) != 0),
        _ when label is null => false,
        "gt" => Compare(label, wanted[0], dimension) > 0,
        "gte" => Compare(label, wanted[0], dimension) >= 0,
        "lt" => Compare(label, wanted[0], dimension) < 0,
        _ => Compare(label, wanted[0], dimension) <= 0,
    };

    private static int Compare(string? a, string? b, string dimension)
    {
        if (a is null || b is null) return a is null && b is null ? 0 : -1;
        return dimension switch
        {
            "hour" => DateTimeOffset.Parse(a, null).CompareTo(DateTimeOffset.Parse(b, null)),
            "hour_of_day" or "day_of_week" => int.Parse(a, null).CompareTo(int.Parse(b, null)),
            _ => string.CompareOrdinal(a, b),
        };
    }
}
