using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace QrPlatform.Reporting.Tests.Query;

public sealed class RefusalsTests(NumbersFixture fixture) : IClassFixture<NumbersFixture>
{
    private const string Range = """ "dateRange": {"from": "2025-01-01", "to": "2025-01-31"} """;
    private const string Scans = """ "metrics": ["total_scans"] """;

    public static TheoryData<string, int, string> Bodies => new()
    {
        { "", 400, "malformed_json" },
        { "{", 400, "malformed_json" },
        { "[]", 400, "malformed_json" },
        { "null", 400, "malformed_json" },
        { "7", 400, "malformed_json" },
        { "{} {}", 400, "malformed_json" },
        { new string('[', 5_000), 400, "malformed_json" },
        { """{"metrics": ["total_scans\ud800"],""" + Range + "}", 400, "malformed_json" },
        { """{"\udc00": 1}""", 400, "malformed_json" },
        { "{}", 422, "$.metrics required" },
        { "{" + Scans + "}", 422, "$.dateRange required" },
        { """{"metrics": [],""" + Range + "}", 422, "$.metrics wrong_length" },
        { """{"metrics": "total_scans",""" + Range + "}", 422, "$.metrics wrong_type" },
        { """{"metrics": ["total_scans", 7],""" + Range + "}", 422, "$.metrics[1] unknown_metric" },
        { """{"metrics": ["roi"],""" + Range + "}", 422, "$.metrics[0] unknown_metric" },
        { """{"metrics": ["cost"], "dimensions": ["day", "country"],""" + Range + "}", 422, "$.dimensions[1] not_at_this_grain" },
        { """{"metrics": ["total_scans", "campaign_roi"], "dimensions": ["hour"],""" + Range + "}", 422, "$.dimensions[0] not_at_this_grain" },
        { """{"metrics": ["cost_per_acquisition"], "dimensions": ["hour_of_day"],""" + Range + "}", 422, "$.dimensions[0] not_at_this_grain" },
        { """{"metrics": ["cost"], "dimensions": ["business_unit"],""" + Range + "}", 422, "$.dimensions[0] not_at_this_grain" },
        { """{"filters": [{"dimension": "device_type", "operator": "eq", "values": ["MOBILE"]}], "metrics": ["cost"],""" + Range + "}", 422, "$.filters[0].dimension not_at_this_grain" },
        { """{"dimensions": ["conversion_type"], "metrics": ["conversions", "cost"],""" + Range + "}", 422, "$.dimensions[0] not_at_this_grain" },
        { """{"metrics": ["market_penetration"], "dimensions": ["month", "country"],""" + Range + "}", 422, "$.dimensions[1] not_at_this_grain" },
        { """{"metrics": ["new_countries"], "dimensions": ["region"],""" + Range + "}", 422, "$.dimensions[0] not_at_this_grain" },
        { """{"metrics": ["new_regions"], "dimensions": ["hour"],""" + Range + "}", 422, "$.dimensions[0] not_at_this_grain" },
        { """{"filters": [{"dimension": "campaign_id", "operator": "eq", "values": ["x"]}], "metrics": ["new_regions"],""" + Range + "}", 422, "$.filters[0].dimension not_at_this_grain" },
        { """{"metrics": ["scan_to_landing_rate"], "dimensions": ["conversion_type"],""" + Range + "}", 422, "$.metrics[0] not_at_this_grain" },
        { """{"metrics": ["total_scans", "total_scans"],""" + Range + "}", 422, "$.metrics[1] twice" },
        { """{"metrics": ["total_scans"], "dimension": ["day"],""" + Range + "}", 422, "$.dimension unknown_field" },
        { """{"dimensions": ["Day"],""" + Scans + "," + Range + "}", 422, "$.dimensions[0] unknown_dimension" },
        { """{"dimensions": ["day", "day"],""" + Scans + "," + Range + "}", 422, "$.dimensions[1] twice" },
        { """{"dimensions": ["hour","day","week","month","quarter","year","country","region","city"],""" + Scans + "," + Range + "}", 422, "$.dimensions wrong_length" },
        { """{"dimensions": ["conversion_type"],""" + Scans + "," + Range + "}", 422, "$.metrics[0] not_at_this_grain" },
        { """{"filters": [{"dimension": "conversion_type", "operator": "eq", "values": ["X"]}], "metrics": ["conversions", "revenue"],""" + Range + "}", 422, "$.metrics[1] not_at_this_grain" },
        { """{"filters": {},""" + Scans + "," + Range + "}", 422, "$.filters wrong_type" },
        { """{"filters": ["x"],""" + Scans + "," + Range + "}", 422, "$.filters[0] wrong_type" },
        { """{"filters": [{}],""" + Scans + "," + Range + "}", 422, "$.filters[0].dimension required" },
        { """{"filters": [{"dimension": "nope", "operator": "eq", "values": ["x"]}],""" + Scans + "," + Range + "}", 422, "$.filters[0].dimension unknown_dimension" },
        { """{"filters": [{"dimension": "country", "operator": "like", "values": ["x"]}],""" + Scans + "," + Range + "}", 422, "$.filters[0].operator unknown_operator" },
        { """{"filters": [{"dimension": "lead_quality", "operator": "gt", "values": ["Not Scored"]}],""" + Scans + "," + Range + "}", 422, "$.filters[0].operator unknown_operator" },
        { """{"filters": [{"dimension": "country", "operator": "eq", "values": []}],""" + Scans + "," + Range + "}", 422, "$.filters[0].values wrong_length" },
        { """{"filters": [{"dimension": "country", "operator": "eq", "values": ["a", "b"]}],""" + Scans + "," + Range + "}", 422, "$.filters[0].values wrong_length" },
        { """{"filters": [{"dimension": "country", "operator": "gt", "values": [null]}],""" + Scans + "," + Range + "}", 422, "$.filters[0].values[0] wrong_value" },
        { """{"filters": [{"dimension": "country", "operator": "eq", "values": ["a\u0000b"]}],""" + Scans + "," + Range + "}", 422, "$.filters[0].values[0] wrong_value" },
        { """{"filters": [{"dimension": "country", "operator": "eq", "values": [{"a": 1}]}],""" + Scans + "," + Range + "}", 422, "$.filters[0].values[0] wrong_value" },
        { """{"filters": [{"dimension": "lead_quality", "operator": "eq", "values": ["Good"]}],""" + Scans + "," + Range + "}", 422, "$.filters[0].values[0] wrong_value" },
        { """{"filters": [{"dimension": "day", "operator": "eq", "values": ["2025-02-30"]}],""" + Scans + "," + Range + "}", 422, "$.filters[0].values[0] wrong_value" },
        { """{"filters": [{"dimension": "week", "operator": "eq", "values": ["2025-W53"]}],""" + Scans + "," + Range + "}", 422, "$.filters[0].values[0] wrong_value" },
        { """{"filters": [{"dimension": "hour", "operator": "eq", "values": ["2025-01-01T01:00:00"]}],""" + Scans + "," + Range + "}", 422, "$.filters[0].values[0] wrong_value" },
        { """{"filters": [{"dimension": "hour_of_day", "operator": "eq", "values": [24]}],""" + Scans + "," + Range + "}", 422, "$.filters[0].values[0] wrong_value" },
        { """{"filters": [{"dimension": "hour_of_day", "operator": "eq", "values": [1e99]}],""" + Scans + "," + Range + "}", 422, "$.filters[0].values[0] wrong_value" },
        { """{"dateRange": "2025",""" + Scans + "}", 422, "$.dateRange wrong_type" },
        { """{"dateRange": {"from": "2025-01-01"},""" + Scans + "}", 422, "$.dateRange.to required" },
        { """{"dateRange": {"from": "2025-1-1", "to": "2025-01-02"},""" + Scans + "}", 422, "$.dateRange.from not_a_date" },
        { """{"dateRange": {"from": "0001-01-01", "to": "9999-12-31"},""" + Scans + "}", 422, "$.dateRange.from not_a_date" },
        { """{"dateRange": {"from": 20250101, "to": "2025-01-02"},""" + Scans + "}", 422, "$.dateRange.from wrong_type" },
        { """{"dateRange": {"from": "2025-01-02", "to": "2025-01-01"},""" + Scans + "}", 422, "$.dateRange.to out_of_range" },
        { """{"timeZone": "Mars/Base",""" + Scans + "," + Range + "}", 422, "$.timeZone unknown_time_zone" },
        { """{"metrics": ["geographic_performance_index"], "dimensions": ["month"],""" + Range + "}", 422, "$.metrics[0] not_at_this_grain" },
        { """{"metrics": ["geographic_performance_index"], "dimensions": ["country"], "top": {"count": 2},""" + Range + "}", 422, "$.top not_at_this_grain" },
        { """{"timeZone": "EET",""" + Scans + "," + Range + "}", 422, "$.timeZone unknown_time_zone" },
        { """{"timeZone": "placement", "metrics": ["returning_visitors"],""" + Range + "}", 422, "$.metrics[0] not_in_placement_time" },
        { """{"timeZone": "placement", "metrics": ["total_scans"], "dimensions": ["hour"], "filters": [{"dimension": "hour", "operator": "eq", "values": ["2025-03-09T01:00:00-08:00"]}],""" + Range + "}", 422, "$.filters[0].values[0] wrong_value" },
        { """{"timeZone": "PST8PDT1",""" + Scans + "," + Range + "}", 422, "$.timeZone unknown_time_zone" },
        { """{"timeZone": "A\u0000B",""" + Scans + "," + Range + "}", 422, "$.timeZone wrong_type" },
        { """{"timeZone": 3,""" + Scans + "," + Range + "}", 422, "$.timeZone wrong_type" },
        { """{"orderBy": [{"field": "day"}],""" + Scans + "," + Range + "}", 422, "$.orderBy[0].field unknown_field" },
        { """{"orderBy": [{"field": "total_scans", "direction": "up"}],""" + Scans + "," + Range + "}", 422, "$.orderBy[0].direction unknown_direction" },
        { """{"limit": 0,""" + Scans + "," + Range + "}", 422, "$.limit out_of_range" },
        { """{"limit": 100001,""" + Scans + "," + Range + "}", 422, "$.limit out_of_range" },
        { """{"limit": "10",""" + Scans + "," + Range + "}", 422, "$.limit out_of_range" },
        { """{"explain": "yes",""" + Scans + "," + Range + "}", 422, "$.explain wrong_type" },
        { """{"period": "wtd",""" + Scans + "}", 422, "$.period unknown_period" },
        { """{"period": "mtd",""" + Scans + "," + Range + "}", 422, "$.period twice" },
        { """{"compare": "last_year",""" + Scans + "," + Range + "}", 422, "$.compare unknown_comparison" },
        { """{"totals": 1,""" + Scans + "," + Range + "}", 422, "$.totals wrong_type" },
        { """{"fill": true, "dimensions": ["country"],""" + Scans + "," + Range + "}", 422, "$.fill no_axis" },
        { """{"fill": true, "dimensions": ["day", "hour_of_day"],""" + Scans + "," + Range + "}", 422, "$.fill no_axis" },
        { """{"top": {"count": 3},""" + Scans + "," + Range + "}", 422, "$.top.dimension unknown_field" },
        { """{"top": {"dimension": "city", "count": 3}, "dimensions": ["country"],""" + Scans + "," + Range + "}", 422, "$.top.dimension unknown_field" },
        { """{"top": {"by": "revenue", "count": 3}, "dimensions": ["country"],""" + Scans + "," + Range + "}", 422, "$.top.by unknown_field" },
        { """{"top": {}, "dimensions": ["country"],""" + Scans + "," + Range + "}", 422, "$.top.count required" },
        { """{"top": {"count": 0}, "dimensions": ["country"],""" + Scans + "," + Range + "}", 422, "$.top.count out_of_range" },
        { """{"top": 3, "dimensions": ["country"],""" + Scans + "," + Range + "}", 422, "$.top wrong_type" },
        { """{"limit": 1.5,""" + Scans + "," + Range + "}", 422, "$.limit out_of_range" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Says_which_field_is_wrong(string body, int status, string error)
    {
        using var response = await fixture.Reporting.PostAsync(body, fixture.Reporting.Token());
        var problem = await ProblemAsync(response, status);
        if (status == 400) Assert.Equal(error, problem.GetProperty("type").GetString());
        else Assert.Contains(error, problem.GetProperty("errors").EnumerateArray().Select(found => $"{found.GetProperty("path")} {found.GetProperty("code")}"));
    }

    [Fact]
    public async Task Names_what_is_allowed_and_everything_that_is_wrong_at_once()
    {
        using var response = await fixture.Reporting.PostAsync("""{"metrics": ["costs"], "dimensions": ["weekday"], "limit": -1}""", fixture.Reporting.Token());
        var errors = (await ProblemAsync(response, 422)).GetProperty("errors").EnumerateArray().ToDictionary(error => error.GetProperty("path").GetString()!, error => error.GetProperty("message").GetString()!);
        Assert.Contains("conversion_rate_7d", errors["$.metrics[0]"], StringComparison.Ordinal);
        Assert.Contains("day_of_week", errors["$.dimensions[0]"], StringComparison.Ordinal);
        Assert.Contains("100000", errors["$.limit"], StringComparison.Ordinal);
        Assert.Contains("$.dateRange", errors.Keys);
    }

    [Fact]
    public async Task Says_by_what_costs_can_be_told()
    {
        using var response = await fixture.Reporting.PostAsync("""{"metrics": ["total_scans", "cost"], "dimensions": ["country"],""" + Range + "}", fixture.Reporting.Token());
        var problem = await ProblemAsync(response, 422);
        Assert.Equal("not_at_this_grain", problem.GetProperty("type").GetString());
        Assert.Equal(
            "cost cannot be told by country. Allowed with costs: day, week, month, quarter, year, fiscal_quarter, fiscal_year, day_of_week, campaign_id, campaign_name, channel_type, content_category.",
            problem.GetProperty("errors")[0].GetProperty("message").GetString());
    }

    [Fact]
    public async Task Refuses_what_is_not_utf8_not_json_or_too_large()
    {
        var broken = new ByteArrayContent([.. Encoding.UTF8.GetBytes("""{"metrics": ["x"""), 0xFF, 0xFE, .. Encoding.UTF8.GetBytes("\"]}")]);
        broken.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using (var response = await fixture.Reporting.PostAsync(broken, fixture.Reporting.Token())) await ProblemAsync(response, 400);
        using (var response = await fixture.Reporting.PostAsync("{}", fixture.Reporting.Token(), "text/plain")) await ProblemAsync(response, 415);
        using (var response = await fixture.Reporting.PostAsync("{\"x\": \"" + new string('x', 300_000) + "\"}", fixture.Reporting.Token())) await ProblemAsync(response, 413);
    }

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage response, int status)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(text).RootElement.Clone();
    }
}
