using System.Text.Json;
using Npgsql;
using QrPlatform.Reporting.Tests.Data;
using QrPlatform.Reporting.Tests.Hosting;
using QrPlatform.ServiceDefaults.Security;
using QrPlatform.Testing;

namespace QrPlatform.Reporting.Tests.Exports;

public sealed class ExportRowsTests : IAsyncLifetime
{
    private const int Many = 200_000;

    private RunningReporting _reporting = null!;
    private NpgsqlDataSource _database = null!;

    public async Task InitializeAsync()
    {
        _reporting = await RunningReporting.StartAsync(settings: ["--Reporting:Exports:PerUser=1", "--Reporting:Exports:MostRows=250000"]);
        _database = NpgsqlDataSource.Create(_reporting.Log.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        await _reporting.DisposeAsync();
    }

    [Fact]
    public async Task Gives_the_rows_of_a_view_in_time_within_the_scope_of_the_reader()
    {
        var at = new DateTimeOffset(2025, 11, 2, 12, 0, 0, TimeSpan.Zero);
        await _reporting.Log.AddAsync(
            Scan("b", at.AddMinutes(1)) with { Campaign = new("camp_a", "=cmd|' /C calc'!A0", "B", null, null, null), LeadScore = 71.5m, Revenue = -3 },
            Scan("a", at) with { Place = new(1.25, -2.5, "Zürich, \"Kreis 5\"", null, "CH", null), Conversions = ["X", "Y"] }, Scan("other-day", at.AddDays(2)), Scan("acme", at) with { Tenant = "acme" });

        var rows = await RowsAsync("scans.csv?from=2025-11-02&to=2025-11-02");
        var expected = await ViewAsync("fact_scan");
        Assert.Equal(expected, rows[0]);
        Assert.Equal(["a", "b"], rows.Skip(1).Select(row => row[0]));
        Assert.Equal("2025-11-02T12:00:00.000Z", rows[1][rows[0].IndexOf("timestamp")]);
        Assert.Equal("71.5", rows[2][rows[0].IndexOf("lead_score")]);
        Assert.Null(rows[1][rows[0].IndexOf("lead_score")]);

        rows = await RowsAsync("qr_scan_events.csv");
        Assert.Equal(["a", "b", "other-day"], rows.Skip(1).Select(row => row[0]));
        Assert.Equal("Zürich, \"Kreis 5\"", rows[1][rows[0].IndexOf("city")]);
        Assert.Equal("'=cmd|' /C calc'!A0", rows[2][rows[0].IndexOf("campaign_name")]);
        Assert.Equal("-3", rows[2][rows[0].IndexOf("revenue_attribution")]);

        Assert.Equal(["b"], (await RowsAsync("fact_scan.csv", _reporting.Token(Roles.Analyst, "demo", "camp_a"))).Skip(1).Select(row => row[0]));
        Assert.Equal(["acme"], (await RowsAsync("fact_scan.csv", _reporting.Token(tenant: "acme"))).Skip(1).Select(row => row[0]));
        Assert.Equal(["b"], (await RowsAsync("fact_scan.csv?filter=lead_score:gte:70&filter=campaign_variant:in:[%22B%22,%22C%22]")).Skip(1).Select(row => row[0]));
        Assert.Equal(["a"], (await RowsAsync("fact_scan.csv?filter=campaign_id:eq:[null]&limit=1")).Skip(1).Select(row => row[0]));
        Assert.Equal(["X", "Y"], (await RowsAsync("conversions.csv")).Skip(1).Select(row => row[2]));
        Assert.Single((await RowsAsync("campaign_daily_summary.csv?from=2025-11-03")).Skip(1));
    }

    [Theory]
    [InlineData("nothing.csv", 404, "unknown_dataset")]
    [InlineData("..%2Fquery.csv", 404, "")]
    [InlineData("pg_user.csv", 404, "unknown_dataset")]
    [InlineData("fact_scan.csv?filter=nothing:eq:1", 400, "unknown_column")]
    [InlineData("fact_scan.csv?filter=event_id:like:1", 400, "unknown_operator")]
    [InlineData("fact_scan.csv?filter=event_id:eq", 400, "wrong_value")]
    [InlineData("fact_scan.csv?filter=lead_score:gt:much", 400, "wrong_value")]
    [InlineData("fact_scan.csv?filter=visitor_id:eq:x", 400, "wrong_value")]
    [InlineData("fact_scan.csv?filter=event_id:eq:a%00b", 400, "wrong_value")]
    [InlineData("dim_campaign.csv?from=2025-01-01", 400, "no_time")]
    [InlineData("fact_scan.csv?from=yesterday", 400, "not_a_date")]
    [InlineData("fact_scan.csv?columns=event_id", 400, "unknown_parameter")]
    public async Task Says_what_is_wrong(string path, int status, string code)
    {
        using var response = await _reporting.GetAsync("/v1/exports/" + path, _reporting.Token());
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, text);
        if (code.Length > 0) Assert.Equal(code, JsonDocument.Parse(text).RootElement.GetProperty("type").GetString());
    }

    [Fact]
    public async Task Streams_many_rows_while_a_slow_reader_makes_the_database_wait_and_breaks_off_rather_than_ending_early()
    {
        await FillAsync(Many);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using (var response = await OpenAsync("fact_scan.csv"))
        {
            using var text = new StreamReader(await response.Content.ReadAsStreamAsync());
            await text.ReadLineAsync();
            Assert.StartsWith("e-", await text.ReadLineAsync(), StringComparison.Ordinal);

            // The first row is here, the last is not read yet: the server waits for us to read on.
            await Eventually.TrueAsync(async () => await ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'ClientWrite'") == 1, "the database waits for the reader");
            using (var second = await _reporting.GetAsync("/v1/exports/fact_scan.csv", _reporting.Token())) Assert.Equal(429, (int)second.StatusCode);

            long lines = 1, most = 0;
            while (await text.ReadLineAsync() is not null)
            {
                if (++lines % 20_000 == 0) most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true));
            }

            Assert.Equal(Many, lines);
            Assert.True(most - before < 16 << 20, $"{(most - before) >> 20} MiB more while {Many} rows went through");
        }

        using (var response = await OpenAsync("fact_scan.csv"))
        {
            using var text = new StreamReader(await response.Content.ReadAsStreamAsync());
            await text.ReadLineAsync();
            await ScalarAsync<bool>("select bool_and(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and query like '%fact_scan%' and state = 'active' and pid <> pg_backend_pid()");
            await Assert.ThrowsAnyAsync<Exception>(async () => await text.ReadToEndAsync());
        }

        // More than an export may have: no limit was asked for, so that the end would look like all.
        await FillAsync(60_000);
        using (var response = await OpenAsync("fact_scan.csv"))
            await Assert.ThrowsAnyAsync<Exception>(async () => await response.Content.ReadAsStringAsync());
        using (var response = await OpenAsync("fact_scan.csv?limit=10"))
            Assert.Equal(11, Csv.Parse(await response.Content.ReadAsStringAsync()).Count);
    }

    private static TestEvent Scan(string id, DateTimeOffset at) => new() { Stream = $"s-{id}", Id = id, Kind = "SCAN", At = at };

    private async Task<HttpResponseMessage> OpenAsync(string path)
    {
        HttpResponseMessage? opened = null;

        // The one before has given its place back when its end is noticed.
        await Eventually.TrueAsync(async () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/v1/exports/" + path) { Headers = { { "Authorization", "Bearer " + _reporting.Token() } } };
            opened = await _reporting.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return opened.IsSuccessStatusCode;
        }, "an export begins");
        return opened!;
    }

    private async Task<List<List<string?>>> RowsAsync(string path, string? token = null)
    {
        using var response = await _reporting.GetAsync("/v1/exports/" + path, token ?? _reporting.Token());
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return Csv.Parse(text);
    }

    private async Task<List<string?>> ViewAsync(string view)
    {
        await using var command = _database.CreateCommand($"select column_name::text from information_schema.columns where table_schema = 'bi' and table_name = '{view}' order by ordinal_position");
        await using var reader = await command.ExecuteReaderAsync();
        var columns = new List<string?>();
        while (await reader.ReadAsync()) columns.Add(reader.GetString(0));
        return columns;
    }

    private async Task FillAsync(int count) => await ScalarAsync<string>(
        $"""
         select set_config('search_path', 'projection', true);
         select projection.begin_change(), projection.ensure_months(array(
             select generate_series(timestamptz '2025-01-01Z', timestamptz '2025-01-01Z' + {count} * 2 * interval '1 minute', interval '1 month')));
         insert into projection.event_fact (tenant_id, seq_id, event_id, stream_id, session_key, kind, is_scan, is_bot_scan, is_test_scan, is_test, is_counted, occurred_at, received_at, qr_code_id)
         select 'demo', m + i, 'e-' || m + i, 's-' || m + i, 's-' || m + i, 'SCAN', true, false, false, false, true, timestamptz '2025-01-01' + (m + i) * interval '1 minute', now(), 'qr'
         from generate_series(1, {count}) i, (select coalesce(max(seq_id), 0) as m from projection.event_fact) as last;
         """);

    private async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        command.CommandTimeout = 120;
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }
}
