using System.Net;
using System.Text.Json;
using Npgsql;
using QrPlatform.Events;
using QrPlatform.Reporting.Tests.Data;
using QrPlatform.Reporting.Tests.Hosting;

namespace QrPlatform.Reporting.Tests.Query;

/// <summary>Each row in the local time of where its code hangs.</summary>
public sealed class PlacementTimeTests(NumbersFixture fixture) : IClassFixture<NumbersFixture>
{
    private const string Tenant = "America/Los_Angeles";

    private static readonly DateOnly From = new(2025, 3, 1), To = new(2026, 1, 31);
    private static readonly string[] Refused = ["returning_visitors", "returning_visitor_rate"];

    [Theory]
    [InlineData("")]
    [InlineData("hour")]
    [InlineData("day")]
    [InlineData("week,qr_code_id")]
    [InlineData("month,day_of_week,country")]
    [InlineData("hour_of_day,quarter,year")]
    public async Task Every_metric_equals_the_plain_computation_by_each_places_clock(string dimensions)
    {
        var by = dimensions.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var plain = new PlainNumbers(fixture.Demo, Tenant, places: fixture.Places);
        foreach (var metrics in PlainNumbers.AllMetrics.Except(Refused).Chunk(30))
        {
            var answer = await fixture.Reporting.QueryAsync(new { metrics, dimensions = by, dateRange = MetricsTests.Range(From, To), timeZone = "placement", limit = 100_000 });
            MetricsTests.Compare(plain, by, metrics, answer.Rows, [.. plain.InRange(From, To)], From);
        }
    }

    [Theory]
    [InlineData("hour", "lt", "2025-11-02T02:00:00")]
    [InlineData("hour_of_day", "eq", "1")]
    [InlineData("day", "gte", "2025-10-27")]
    public async Task Filters_on_time_go_by_each_places_clock(string dimension, string operation, string value)
    {
        var plain = new PlainNumbers(fixture.Demo, Tenant, places: fixture.Places);
        var answer = await fixture.Reporting.QueryAsync(new
        {
            metrics = new[] { "total_scans", "unique_visitors" },
            dimensions = new[] { "qr_code_id", "day" },
            filters = new[] { new { dimension, @operator = operation, values = new[] { value } } },
            dateRange = MetricsTests.Range(From, To),
            timeZone = "placement",
            limit = 100_000,
        });
        var kept = plain.InRange(From, To).Where(fact => string.CompareOrdinal(plain.Label(fact, dimension), value) is var order && (operation == "lt" ? order < 0 : operation == "eq" ? order == 0 : order >= 0));
        MetricsTests.Compare(plain, ["qr_code_id", "day"], ["total_scans", "unique_visitors"], answer.Rows, [.. kept], From);
        Assert.NotEmpty(answer.Rows);
    }

    [Fact]
    public async Task Empty_hours_are_filled_as_clocks_show_them()
    {
        var answer = await fixture.Reporting.QueryAsync(new
        {
            metrics = new[] { "total_scans" },
            dimensions = new[] { "hour" },
            dateRange = MetricsTests.Range(new(2025, 11, 2), new(2025, 11, 2)),
            timeZone = "placement",
            fill = true,
        });
        Assert.Equal(Enumerable.Range(0, 24).Select(hour => $"2025-11-02T{hour:D2}:00:00"), answer.Rows.Select(row => row[0].GetString()));
    }

    [Fact]
    public async Task The_answer_says_so_and_what_has_no_answer_is_refused()
    {
        using var response = await fixture.Reporting.PostAsync("""{"metrics": ["total_scans"], "dateRange": {"from": "2025-03-01", "to": "2025-03-02"}, "timeZone": "placement", "compare": "previous_period"}""", fixture.Reporting.Token());
        Assert.Equal("placement", JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("timeZone").GetString());
        await AssertRefusedAsync("""{"metrics": ["total_scans", "returning_visitor_rate"], "period": "mtd", "timeZone": "placement"}""", "$.metrics[1]");
        await AssertRefusedAsync("""{"metrics": ["total_scans"], "period": "mtd", "compare": "previous_period", "timeZone": "placement"}""", "$.compare");
    }

    [Fact]
    public async Task Sql_users_find_the_same_days_by_the_codes_zone()
    {
        await using var database = NpgsqlDataSource.Create(fixture.Reporting.Log.ConnectionString);
        await using var connection = await database.OpenConnectionAsync();
        await using (var enter = new NpgsqlCommand("select set_config('app.tenant', 'demo', false), set_config('app.campaigns', 'all', false)", connection)) await enter.ExecuteNonQueryAsync();
        await using var days = new NpgsqlCommand(
            """
            select to_char(f.timestamp at time zone q.time_zone, 'YYYY-MM-DD'), count(*)
            from bi.fact_scan f join bi.dim_qr_code q on q.qr_code_id = f.qr_code_id group by 1 order by 1
            """, connection);
        await using var reader = await days.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync()) found.Add($"{reader.GetString(0)} {reader.GetInt64(1)}");
        var answer = await fixture.Reporting.QueryAsync(new { metrics = new[] { "total_scans" }, dimensions = new[] { "day" }, dateRange = MetricsTests.Range(new(2020, 1, 1), new(2030, 1, 1)), timeZone = "placement", limit = 100_000 });
        Assert.Equal(answer.Rows.Select(row => $"{row[0]} {row[1]}"), found);
    }

    [Fact]
    public async Task In_every_time_zone_each_instant_lies_in_one_local_day_and_days_are_as_long_as_their_clock_says()
    {
        await using var reporting = await RunningReporting.StartAsync();
        var zones = await ZonesAsync(reporting.Log);
        var events = zones.SelectMany((zone, i) => Instants(zone, new Random(i)).Select((at, n) => new TestEvent { Stream = "s", Id = $"{i}-{n}", Kind = "SCAN", At = at, Code = zone.Id })).ToList();
        await reporting.Log.DefineAsync([.. zones.Select((zone, i) => NumbersFixture.Place($"{i}", zone.Id, zone.Id))]);
        foreach (var page in events.Select((e, n) => e with { Stream = $"s-{n}" }).Chunk(2_000)) await reporting.Log.AddAsync(page);

        var answer = await reporting.QueryAsync(new { metrics = new[] { "total_scans" }, dimensions = new[] { "qr_code_id", "day" }, dateRange = MetricsTests.Range(new(2009, 12, 1), new(2026, 12, 31)), timeZone = "placement", limit = 100_000 });
        var found = answer.Rows.ToDictionary(row => $"{row[0]} {row[1]}", row => row[2].GetInt32());
        var expected = events.CountBy(e => $"{e.Code} {TimeZoneInfo.ConvertTime(e.At, TimeZoneInfo.FindSystemTimeZoneById(e.Code)):yyyy-MM-dd}").ToDictionary();
        Assert.Equal([], expected.Except(found).Concat(found.Except(expected)).Select(day => day.ToString()).Take(10));
        Assert.Equal(events.Count, found.Values.Sum());
        Assert.True(zones.Count > 400, $"{zones.Count} zones");

        // One scan a quarter of an hour: 23 and 25 hours, and half hours where the clock moves by that.
        Assert.Equal((92, 100), (found["America/Los_Angeles 2025-03-09"], found["America/Los_Angeles 2025-11-02"]));
        Assert.Equal((94, 98), (found["Australia/Lord_Howe 2025-10-05"], found["Australia/Lord_Howe 2025-04-06"]));
        Assert.Equal((92, 100), (found["Pacific/Chatham 2025-09-28"], found["Pacific/Chatham 2025-04-06"]));
        Assert.Equal((96, 96), (found["Asia/Kathmandu 2025-03-09"], found["Asia/Kathmandu 2025-11-02"]));

        // Who corrects a zone corrects all dates there, also in answers that were kept.
        var moved = zones.FindIndex(zone => zone.Id == "America/Los_Angeles");
        await reporting.Log.DefineAsync(("demo", $"p-{moved}", new PlacementChanged { PlacementId = $"{moved}", Name = "Corrected", QrCodeId = "America/Los_Angeles", TimeZone = "Asia/Kathmandu" }));
        var corrected = await reporting.QueryAsync(new { metrics = new[] { "total_scans" }, dimensions = new[] { "qr_code_id", "day" }, dateRange = MetricsTests.Range(new(2009, 12, 1), new(2026, 12, 31)), timeZone = "placement", limit = 100_000 });
        Assert.Equal(96, corrected.Rows.Single(row => $"{row[0]} {row[1]}" == "America/Los_Angeles 2025-11-02")[2].GetInt32());
    }

    private static IEnumerable<DateTimeOffset> Instants(TimeZoneInfo zone, Random random)
    {
        string[] dense = ["America/Los_Angeles", "Australia/Lord_Howe", "Pacific/Chatham", "Asia/Kathmandu"];
        DateTimeOffset[] changes = [new(2025, 3, 9, 0, 0, 0, TimeSpan.Zero), new(2025, 11, 2, 0, 0, 0, TimeSpan.Zero), new(2025, 4, 6, 0, 0, 0, TimeSpan.Zero), new(2025, 9, 28, 0, 0, 0, TimeSpan.Zero), new(2025, 10, 5, 0, 0, 0, TimeSpan.Zero)];
        if (dense.Contains(zone.Id))
        {
            var quarters = changes.SelectMany(day => Enumerable.Range(-96, 3 * 96).Select(i => day.AddMinutes(15 * i)));
            foreach (var at in quarters.Distinct()) yield return at;
            yield break;
        }

        // Whenever the clock was changed in some years, and somewhen else.
        var before = new DateTimeOffset(2010 + random.Next(14), 1, 1, 0, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < 2; i++) yield return before.AddMinutes(random.Next(525_600));
        for (var at = before; at < before.AddYears(1); at = at.AddDays(1))
        {
            if (zone.GetUtcOffset(at) == zone.GetUtcOffset(at.AddDays(1))) continue;
            for (var i = 0; i < 3; i++) yield return at.AddMinutes(random.Next(-1_440, 2 * 1_440));
        }
    }

    private static async Task<List<TimeZoneInfo>> ZonesAsync(EventLog log)
    {
        await using var database = NpgsqlDataSource.Create(log.ConnectionString);
        var names = await new QrPlatform.ServiceDefaults.Database.TimeZoneNames(database).AllAsync(CancellationToken.None);
        return [.. names.Values.Order(StringComparer.Ordinal).Select(name => TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.Id == name ? zone : null).OfType<TimeZoneInfo>()];
    }

    private async Task AssertRefusedAsync(string body, string path)
    {
        using var response = await fixture.Reporting.PostAsync(body, fixture.Reporting.Token());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var errors = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("errors").EnumerateArray();
        Assert.Equal([$"{path} not_in_placement_time"], errors.Select(error => $"{error.GetProperty("path")} {error.GetProperty("code")}"));
    }
}
