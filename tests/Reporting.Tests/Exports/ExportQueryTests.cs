using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using QrPlatform.Reporting.Tests.Hosting;
using QrPlatform.Reporting.Tests.Query;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting.Tests.Exports;

public sealed class ExportQueryTests(NumbersFixture fixture) : IClassFixture<NumbersFixture>
{
    private readonly RunningReporting _reporting = fixture.Reporting;

    public static TheoryData<string, string> Queries => new()
    {
        { """{"metrics": ["total_scans", "unique_visitors", "revenue", "conversion_rate", "average_lead_score"], "dimensions": ["campaign_id", "campaign_name", "day"], "dateRange": {"from": "2024-01-01", "to": "2026-12-31"}, "limit": 100000}""",
          "metrics=total_scans,unique_visitors,revenue,conversion_rate,average_lead_score&dimensions=campaign_id,campaign_name,day&from=2024-01-01&to=2026-12-31" },
        { """{"metrics": ["revenue"], "dimensions": ["hour", "country", "city"], "filters": [{"dimension": "country", "operator": "nin", "values": ["US", null]}, {"dimension": "hour_of_day", "operator": "gte", "values": [6]}], "dateRange": {"from": "2024-01-01", "to": "2026-12-31"}, "timeZone": "europe/berlin", "orderBy": [{"field": "revenue", "direction": "desc"}], "limit": 77}""",
          "metrics=revenue&dimensions=hour,country,city&filter=" + Uri.EscapeDataString("country:nin:[\"US\",null]") + "&filter=hour_of_day:gte:6&from=2024-01-01&to=2026-12-31&timeZone=europe/berlin&orderBy=revenue:desc&limit=77" },
        { """{"metrics": ["conversions"], "dimensions": ["conversion_type", "lead_quality"], "dateRange": {"from": "2024-01-01", "to": "2026-12-31"}}""",
          "metrics=conversions&dimensions=conversion_type,lead_quality&from=2024-01-01&to=2026-12-31" },
        { """{"metrics": ["total_scans", "conversion_rate"], "dateRange": {"from": "1999-01-01", "to": "1999-12-31"}}""", "metrics=total_scans,conversion_rate&from=1999-01-01&to=1999-12-31" },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task Csv_is_the_json_of_the_same_query_cell_by_cell(string query, string parameters)
    {
        foreach (var token in (string[])[_reporting.Token(), _reporting.Token(tenant: "acme"), _reporting.Token(Roles.Analyst, "demo", "camp_a")])
        {
            using var json = await _reporting.PostAsync(query, token);
            var expected = JsonDocument.Parse(await json.Content.ReadAsStringAsync()).RootElement;
            using var posted = await PostCsvAsync(query, token);
            using var got = await _reporting.GetAsync("/v1/exports/query.csv?" + parameters, token);
            foreach (var response in (HttpResponseMessage[])[posted, got])
            {
                var text = await response.Content.ReadAsStringAsync();
                Assert.True(response.IsSuccessStatusCode, text);
                var rows = Csv.Parse(text);
                Assert.Equal(expected.GetProperty("columns").EnumerateArray().Select(column => column.GetString()), rows[0]);
                Assert.Equal(
                    expected.GetProperty("rows").EnumerateArray().Select(row => string.Join('|', row.EnumerateArray().Select(Cell))),
                    rows.Skip(1).Select(row => string.Join('|', row.Select(cell => cell ?? "null"))));
                Assert.Equal(expected.GetProperty("timeZone").GetString(), response.Headers.GetValues("X-Time-Zone").Single());
            }
        }
    }

    [Fact]
    public async Task Says_what_it_is_and_how_it_is_called()
    {
        using var response = await _reporting.GetAsync("/v1/exports/query.csv?metrics=total_scans&from=2025-01-01&to=2025-01-31&bom=true", _reporting.Token());
        Assert.Equal("text/csv", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("utf-8", response.Content.Headers.ContentType?.CharSet);
        Assert.Equal(("attachment", "query_2025-01-01_2025-01-31.csv"), (response.Content.Headers.ContentDisposition?.DispositionType, response.Content.Headers.ContentDisposition?.FileName?.Trim('"')));
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        Assert.StartsWith("total_scans\r\n", Encoding.UTF8.GetString(bytes[3..]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Goes_on_beyond_the_rows_that_an_answer_may_have_unless_a_limit_is_asked_for()
    {
        const string Query = """{"metrics": ["total_scans"], "dimensions": ["hour", "city", "browser", "qr_code_id"], "dateRange": {"from": "2020-01-01", "to": "2030-12-31"}}""";
        using var all = await PostCsvAsync(Query, _reporting.Token());
        using var few = await PostCsvAsync(Query[..^1] + ", \"limit\": 3}", _reporting.Token());
        Assert.True(Csv.Parse(await all.Content.ReadAsStringAsync()).Count > 400);
        Assert.Equal(4, Csv.Parse(await few.Content.ReadAsStringAsync()).Count);
    }

    [Theory]
    [InlineData("text/csv", "text/csv")]
    [InlineData("text/csv;q=0.9, */*;q=0.1", "text/csv")]
    [InlineData("application/json, text/csv;q=0.5", "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("text/csv;q=0", "application/json")]
    public async Task Answers_in_the_form_that_is_rather_wanted(string accept, string mediaType)
    {
        using var response = await PostCsvAsync("""{"metrics": ["total_scans"], "dateRange": {"from": "2025-01-01", "to": "2025-01-31"}}""", _reporting.Token(), accept);
        Assert.Equal(mediaType, response.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("", "metrics")]
    [InlineData("metrics=total_scans", "from")]
    [InlineData("metrics=total_scans&from=2025-01-01&to=2025-01-31&filter=country", "filter[0].operator")]
    [InlineData("metrics=total_scans&from=2025-01-01&to=2025-01-31&filter=country:eq", "filter[0].values")]
    [InlineData("metrics=total_scans&from=2025-01-01&to=2025-01-31&filter=hour_of_day:eq:x", "filter[0].values[0]")]
    [InlineData("metrics=total_scans&from=2025-01-01&to=2025-01-31&dimension=day", "dimension")]
    [InlineData("metrics=total_scans&from=2025-01-01&to=2025-01-31&limit=many", "limit")]
    [InlineData("metrics=total_scans&from=2025-01-01&to=2025-01-31&orderBy=day", "orderBy[0].field")]
    [InlineData("metrics=total_scans&from=2025-01-01&to=2025-01-31&timeZone=Mars", "timeZone")]
    public async Task Names_the_parameter_that_is_wrong(string parameters, string path)
    {
        using var response = await _reporting.GetAsync("/v1/exports/query.csv?" + parameters, _reporting.Token());
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains(path, JsonDocument.Parse(text).RootElement.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("path").GetString()));
    }

    [Fact]
    public async Task Is_for_whom_the_query_api_and_exports_are_for()
    {
        const string Query = """{"metrics": ["revenue"], "dateRange": {"from": "2025-01-01", "to": "2025-01-31"}}""";
        foreach (var (role, post, get) in ((string, int, int)[])[(Roles.Analyst, 200, 200), (Roles.Executive, 200, 403), (Roles.ComplianceOfficer, 403, 403), (Roles.Operator, 403, 403)])
        {
            using var posted = await PostCsvAsync(Query, _reporting.Token(role));
            using var got = await _reporting.GetAsync("/v1/exports/query.csv?metrics=revenue&from=2025-01-01&to=2025-01-31", _reporting.Token(role));
            Assert.Equal((post, get), ((int)posted.StatusCode, (int)got.StatusCode));
        }
    }

    private Task<HttpResponseMessage> PostCsvAsync(string query, string token, string accept = "text/csv")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/query") { Content = new StringContent(query, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return _reporting.Client.SendAsync(request);
    }

    private static string Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };
}
