using System.Globalization;
using System.Text.Json;
using Npgsql;
using QrPlatform.Reporting.Tests.Data;
using static QrPlatform.Reporting.Tests.Data.PlainNumbers;

namespace QrPlatform.Reporting.Tests.Query;

/// <summary>Fiscal years and quarters, by the month in which the tenant's fiscal year begins.</summary>
public sealed class FiscalCalendarTests(NumbersFixture fixture) : IClassFixture<NumbersFixture>
{
    private static readonly DateOnly From = new(2025, 1, 1), To = new(2026, 12, 31);
    private static readonly string[] Metrics = ["total_scans", "unique_visitors", "revenue", "conversion_rate", "landed_visitors", "session_depth", "unconsented_scans"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(10)]
    public async Task Fiscal_periods_equal_the_plain_computation_and_add_up(int month)
    {
        await BeginFiscalYearInAsync(month);
        var plain = new PlainNumbers(fixture.Demo, "America/Los_Angeles") { FiscalStart = month };
        List<Fact> facts = [.. plain.InRange(From, To)];
        foreach (string[] by in (string[][])[["fiscal_year"], ["fiscal_quarter"], ["fiscal_quarter", "country"], ["fiscal_year", "week"]])
        {
            // Together from the facts, and visitors alone from cells or columns.
            foreach (var metrics in (string[][])[Metrics, ["unique_visitors"], ["total_scans"]])
            {
                var answer = await fixture.Reporting.QueryAsync(new { metrics, dimensions = by, dateRange = MetricsTests.Range(From, To), limit = 100_000, totals = true });
                MetricsTests.Compare(plain, by, metrics, answer.Rows, facts, From);
                if (metrics[0] == "total_scans") Assert.Equal(facts.Count(fact => fact.Event.IsScan), answer.Rows.Sum(row => row[by.Length].GetInt32()));
            }
        }

        var quarter = plain.Label(facts[0], "fiscal_quarter")!;
        var only = await fixture.Reporting.QueryAsync(new
        {
            metrics = Metrics,
            dimensions = new[] { "month" },
            dateRange = MetricsTests.Range(From, To),
            filters = new[] { new { dimension = "fiscal_quarter", @operator = "eq", values = new[] { quarter } } },
        });
        MetricsTests.Compare(plain, ["month"], Metrics, only.Rows, [.. facts.Where(fact => plain.Label(fact, "fiscal_quarter") == quarter)], From);
        var filled = await fixture.Reporting.QueryAsync(new { metrics = new[] { "total_scans" }, dimensions = new[] { "fiscal_quarter" }, dateRange = MetricsTests.Range(new(2025, month, 1), new DateOnly(2025, month, 1).AddYears(1).AddDays(-1)), fill = true });
        Assert.Equal(Enumerable.Range(1, 4).Select(number => $"FY{(month == 1 ? 2025 : 2026)}-Q{number}"), filled.Rows.Select(row => row[0].GetString()));
    }

    [Theory]
    [InlineData(1, "2025-12-31 FY2025 FY2025-Q4 2025 4", "2026-01-01 FY2026 FY2026-Q1 2026 1", "2027-01-03 FY2027 FY2027-Q1 2027 1")]
    [InlineData(2, "2026-01-31 FY2026 FY2026-Q4 2026 4", "2026-02-01 FY2027 FY2027-Q1 2027 1", "2027-01-03 FY2027 FY2027-Q4 2027 4")]
    [InlineData(7, "2025-06-30 FY2025 FY2025-Q4 2025 4", "2025-07-01 FY2026 FY2026-Q1 2026 1", "2027-01-03 FY2027 FY2027-Q3 2027 3")]
    [InlineData(10, "2025-12-31 FY2026 FY2026-Q1 2026 1", "2026-01-01 FY2026 FY2026-Q2 2026 2", "2027-01-03 FY2027 FY2027-Q2 2027 2")]
    public async Task Days_of_the_calendar_are_named_by_the_year_in_which_the_fiscal_year_ends(int month, params string[] days)
    {
        await BeginFiscalYearInAsync(month);
        await using var database = NpgsqlDataSource.Create(fixture.Reporting.Log.ConnectionString);
        await using var connection = await database.OpenConnectionAsync();
        await using (var enter = new NpgsqlCommand("select set_config('app.tenant', 'demo', false), set_config('app.campaigns', 'all', false)", connection)) await enter.ExecuteNonQueryAsync();
        foreach (var day in days)
        {
            // The third is in ISO week 53 of 2026.
            await using var command = new NpgsqlCommand(
                "select concat_ws(' ', date_key, fiscal_year_label, fiscal_quarter_label, fiscal_year, fiscal_quarter) from bi.dim_date where date_key = $1::date", connection)
            { Parameters = { new() { Value = day[..10] } } };
            Assert.Equal(day, await command.ExecuteScalarAsync());
        }
    }

    [Fact]
    public async Task A_period_begins_with_the_fiscal_year_or_quarter_of_today()
    {
        var before = TimeProvider.System.GetUtcNow();
        await BeginFiscalYearInAsync(5);
        foreach (var (period, months) in new[] { ("fytd", 12), ("fqtd", 3) })
        {
            using var response = await fixture.Reporting.PostAsync($$"""{"metrics": ["total_scans"], "period": "{{period}}", "compare": "previous_period", "timeZone": "UTC"}""", fixture.Reporting.Token());
            var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
            var range = answer.GetProperty("dateRange");
            var (from, to) = (DateOnly.Parse(range.GetProperty("from").GetString()!, CultureInfo.InvariantCulture), DateOnly.Parse(range.GetProperty("to").GetString()!, CultureInfo.InvariantCulture));
            Assert.True(to >= DateOnly.FromDateTime(before.UtcDateTime));
            var first = new DateOnly(to.Year, to.Month, 1);
            while ((first.Month - 5 + 12) % months != 0) first = first.AddMonths(-1);
            Assert.Equal(first, from);
            Assert.Equal($"{from.AddMonths(-months):yyyy-MM-dd}", answer.GetProperty("comparison").GetProperty("dateRange").GetProperty("from").GetString());
        }
    }

    private async Task BeginFiscalYearInAsync(int month)
    {
        await using var database = NpgsqlDataSource.Create(fixture.Reporting.Log.ConnectionString);
        await using var command = database.CreateCommand("update projection.tenant set fiscal_year_starts_in = $1 where tenant_id = 'demo'");
        command.Parameters.Add(new() { Value = month });
        await command.ExecuteNonQueryAsync();
    }
}
