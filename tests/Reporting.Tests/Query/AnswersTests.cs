using System.Text.Json;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting.Tests.Query;

public sealed class AnswersTests(NumbersFixture fixture) : IClassFixture<NumbersFixture>
{
    private static readonly object Year = new { from = "2025-01-01", to = "2026-12-31" };

    [Fact]
    public async Task Rows_come_in_the_order_that_was_asked_for_missing_values_last_and_cut_at_the_limit()
    {
        var all = await fixture.Reporting.QueryAsync(new
        {
            metrics = new[] { "total_scans" },
            dimensions = new[] { "country", "city" },
            dateRange = Year,
            orderBy = new object[] { new { field = "country", direction = "desc" }, new { field = "total_scans" } },
        });
        var countries = all.Rows.Select(row => row[0].GetString()).ToList();
        Assert.Equal(["US", "México", "DE", null], countries.Distinct());
        foreach (var group in all.Rows.GroupBy(row => row[0].GetString()))
            Assert.Equal(group.Select(row => row[2].GetInt32()).Order(), group.Select(row => row[2].GetInt32()));
        Assert.False(all.Truncated);

        var cut = await fixture.Reporting.QueryAsync(new
        {
            metrics = new[] { "total_scans" },
            dimensions = new[] { "country", "city" },
            dateRange = Year,
            limit = 2,
            orderBy = new object[] { new { field = "country", direction = "desc" }, new { field = "total_scans" } },
        });
        Assert.Equal(all.Rows.Take(2).Select(row => row[1].ToString()), cut.Rows.Select(row => row[1].ToString()));
        Assert.True(cut.Truncated);
    }

    [Fact]
    public async Task A_query_without_dimensions_is_one_row_also_when_there_is_nothing()
    {
        var answer = await fixture.Reporting.QueryAsync(new
        {
            metrics = new[] { "total_scans", "revenue", "unconsented_scans", "conversion_rate", "conversion_rate_7d", "average_lead_score" },
            dateRange = new { from = "2001-01-01", to = "2001-01-01" },
        });
        Assert.Equal("0,0,0,,,", string.Join(',', answer.Rows.Single().Select(cell => cell.ToString())));
        Assert.Empty((await fixture.Reporting.QueryAsync(new { metrics = new[] { "total_scans" }, dimensions = new[] { "day" }, dateRange = new { from = "2001-01-01", to = "2001-01-01" } })).Rows);
    }

    [Fact]
    public async Task Days_are_the_tenants_unless_another_zone_is_asked_for()
    {
        object Query(string? zone) => new { metrics = new[] { "total_scans" }, dimensions = new[] { "day" }, dateRange = Year, timeZone = zone };
        var own = await fixture.Reporting.QueryAsync(Query(null));
        var named = await fixture.Reporting.QueryAsync(Query("america/los_angeles"));
        var other = await fixture.Reporting.QueryAsync(Query("UTC"));
        Assert.Equal(Text(own), Text(named));
        Assert.NotEqual(Text(own), Text(other));

        var acme = await fixture.Reporting.QueryAsync(Query(null), fixture.Reporting.Token(tenant: "acme"));
        Assert.Equal(Text(acme), Text(await fixture.Reporting.QueryAsync(Query("UTC"), fixture.Reporting.Token(tenant: "acme"))));
    }

    [Fact]
    public async Task A_tenant_sees_its_own_rows_and_a_limited_user_granted_campaigns_only()
    {
        object query = new { metrics = new[] { "total_scans", "revenue", "unconsented_scans" }, dimensions = new[] { "campaign_id" }, dateRange = Year };
        var demo = await fixture.Reporting.QueryAsync(query);
        var acme = await fixture.Reporting.QueryAsync(query, fixture.Reporting.Token(tenant: "acme"));
        var nobody = await fixture.Reporting.QueryAsync(query, fixture.Reporting.Token(tenant: "nobody"));
        Assert.Equal(fixture.Demo.Count(e => e.IsScan), demo.Rows.Sum(row => row[1].GetInt32()));
        Assert.Equal(fixture.Acme.Count(e => e.IsScan), acme.Rows.Sum(row => row[1].GetInt32()));
        Assert.Empty(nobody.Rows);

        var marketer = await fixture.Reporting.QueryAsync(query, fixture.Reporting.Token(Roles.Analyst, "demo", "camp_holiday_2025"));
        var row = Assert.Single(marketer.Rows);
        Assert.Equal(Text(demo.Rows.Single(other => other[0].ToString() == "camp_holiday_2025")), Text(row));
        Assert.Empty((await fixture.Reporting.QueryAsync(query, fixture.Reporting.Token(Roles.Analyst, "demo", "camp_of_nobody"))).Rows);
    }

    [Theory]
    [InlineData(Roles.Administrator, 200)]
    [InlineData(Roles.Analyst, 200)]
    [InlineData(Roles.Executive, 200)]
    [InlineData(Roles.Operator, 403)]
    [InlineData(Roles.ComplianceOfficer, 403)]
    [InlineData(null, 401)]
    public async Task Only_some_roles_may_ask(string? role, int status)
    {
        var token = role is null ? null : fixture.Reporting.Token(role);
        using var query = await fixture.Reporting.PostAsync("""{"metrics": ["revenue"], "dateRange": {"from": "2025-01-01", "to": "2025-01-31"}}""", token);
        Assert.Equal(status, (int)query.StatusCode);
        using var catalogue = await fixture.Reporting.GetAsync("/v1/catalogue", token);
        Assert.Equal(status, (int)catalogue.StatusCode);
    }

    [Fact]
    public async Task The_catalogue_names_everything_that_can_be_asked()
    {
        using var response = await fixture.Reporting.GetAsync("/v1/catalogue", fixture.Reporting.Token());
        var catalogue = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Matches("^[0-9a-f]{16}$", catalogue.GetProperty("version").GetString());
        Assert.StartsWith(catalogue.GetProperty("version").GetString()!, catalogue.GetProperty("hash").GetString(), StringComparison.Ordinal);
        using var answered = await fixture.Reporting.PostAsync("""{"metrics": ["sessions"], "dateRange": {"from": "2025-01-01", "to": "2025-01-31"}}""", fixture.Reporting.Token());
        Assert.Equal(catalogue.GetProperty("hash").GetString(), JsonDocument.Parse(await answered.Content.ReadAsStringAsync()).RootElement.GetProperty("catalogue").GetString());
        var metrics = catalogue.GetProperty("metrics").EnumerateArray().ToDictionary(metric => metric.GetProperty("name").GetString()!);
        string[] limited = ["cost", "campaign_roi", "cost_per_acquisition", "cost_per_conversion", "target_audience", "market_penetration", "new_countries", "new_regions"];
        Assert.Equal(Data.PlainNumbers.AllMetrics.Concat(limited).Concat(GeographicIndexTests.Metrics).Order(StringComparer.Ordinal), metrics.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(limited, metrics.Where(metric => metric.Value.GetProperty("onlyDimensions").ValueKind == JsonValueKind.Array).Select(metric => metric.Key));

        var dimensions = catalogue.GetProperty("dimensions").EnumerateArray().Select(dimension => dimension.GetProperty("name").GetString()!).ToList();
        foreach (var dimension in dimensions)
        {
            var answer = await fixture.Reporting.QueryAsync(new { metrics = new[] { "conversions" }, dimensions = new[] { dimension }, dateRange = Year });
            Assert.NotEmpty(answer.Rows);
        }
    }

    private static string Text(Hosting.Answer answer) => string.Join('\n', answer.Rows.Select(Text));

    private static string Text(IReadOnlyList<JsonElement> row) => string.Join(',', row.Select(cell => cell.ToString()));
}
