using System.Text.RegularExpressions;
using Npgsql;
using QrPlatform.Events;
using QrPlatform.Projection.Tests.Scans;

namespace QrPlatform.Projection.Tests.Access;

/// <summary>Runs every block of docs/seed-statements.md: what is said to fail fails so, what is said to lie does, and what is said to work works for a BI login.</summary>
public sealed partial class SeedStatementsTests : IAsyncLifetime
{
    private Log _log = null!;
    private Reader _login = null!;

    public async Task InitializeAsync()
    {
        _log = await Log.CreateAsync();
        _login = await Reader.LoginAsync(_log, "demo");
        var history = new List<(string, SessionEvent)>();
        for (var i = 0; i < 12; i++)
        {
            var scan = Make.Event<ScanRecorded>($"ab-{i}", TimeSpan.FromDays(i * 5), e => e with
            {
                Visitor = new Guid(i / 2, 0, 0, new byte[8]),
                LeadScore = 50 + i,
                Campaign = new Campaign("AB_TEST_CAMPAIGN_001", "Test", i % 2 == 0 ? "A" : "B", "PRINT", null, null),
                Conversions = i % 3 == 0 ? ["SIGNUP"] : null,
            });
            history.Add(($"s-ab-{i}", scan));
        }

        await _log.ApplyAsync(history);
        var now = TimeProvider.System.GetUtcNow();
        await _log.ApplyAsync(("s-now", Make.Event<ScanRecorded>("now", TimeSpan.Zero, e => e with { OccurredAt = now.AddDays(-2), Campaign = new Campaign("now", null, null, null, null, null) })));
    }

    public async Task DisposeAsync()
    {
        await _login.DisposeAsync();
        await _log.ExecuteAsync($"select projection.remove_bi_login('{_login.Login}', 'test')");
        await _log.DisposeAsync();
    }

    [Fact]
    public async Task Every_statement_that_is_said_to_work_works_for_a_BI_login()
    {
        var works = Blocks().Where(block => block.Kind == "bi").ToList();
        Assert.Equal(14, works.Count);
        foreach (var (_, sql) in works)
        {
            var rows = await Record.ExceptionAsync(async () => Assert.NotEmpty(await _login.ColumnAsync($"select to_jsonb(r)::text from ({sql}) r")));
            Assert.True(rows is null, $"{sql}\n{rows?.Message}");
        }

        Assert.Equal(["{\"is_complete\": true}"], await _login.ColumnAsync($"select to_jsonb(r)::text from ({works[11].Sql}) r"));
        Assert.Contains("z_score", (await _login.ColumnAsync($"select to_jsonb(r)::text from ({works[8].Sql}) r"))[0], StringComparison.Ordinal);
        Assert.Empty(await _login.ColumnAsync($"select to_jsonb(r)::text from ({works[8].Sql.Replace("AB_TEST_CAMPAIGN_001", "now", StringComparison.Ordinal)}) r"));
    }

    [Fact]
    public async Task Every_statement_that_is_said_to_fail_fails_with_the_error_that_is_named()
    {
        var fails = Blocks().Where(block => block.Kind.StartsWith("seed ", StringComparison.Ordinal)).ToList();
        Assert.Equal(9, fails.Count);
        foreach (var (kind, sql) in fails) Assert.Equal((kind[5..], sql), ((await Record.ExceptionAsync(() => RunAsync(sql)) as PostgresException)?.SqlState, sql));
    }

    [Fact]
    public async Task Every_statement_that_is_said_to_lie_lies()
    {
        var lies = Blocks().Where(block => block.Kind == "lies").ToList();
        Assert.Equal(5, lies.Count);
        foreach (var (_, sql) in lies) Assert.Equal((true, sql), (await RunAsync(sql), sql));
    }

    // In a transaction of its own that is taken back, with the table that the guides have.
    private async Task<bool> RunAsync(string sql)
    {
        await using var connection = await _log.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var prepare = new NpgsqlCommand(
            """
            create schema guide;
            set local search_path = guide;
            create role analytics_users nologin;
            create table qr_scan_events (
                event_id uuid primary key, timestamp timestamp not null, qr_code_id varchar(50), visitor_id varchar(50), campaign_id varchar(50),
                location_lat decimal(10, 7), location_lng decimal(10, 7), device_type varchar(20), browser varchar(50), engagement_duration integer,
                lead_score integer, revenue_attribution decimal(10, 2), conversion_events json, campaign_variant text, conversion_event text);
            create table user_campaign_access (user_id text, campaign_id text);
            create table audit_log (action text, timestamp timestamptz, affected_records integer);
            insert into qr_scan_events (event_id, timestamp, campaign_id, campaign_variant)
            select gen_random_uuid(), now(), 'AB_TEST_CAMPAIGN_001', chr(65 + i % 2) from generate_series(1, 10) i
            """, connection);
        await prepare.ExecuteNonQueryAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var last = false;
        do
        {
            while (await reader.ReadAsync()) last = reader.GetFieldType(0) == typeof(bool) && reader.GetBoolean(0);
        }
        while (await reader.NextResultAsync());

        return last;
    }

    private static IEnumerable<(string Kind, string Sql)> Blocks() =>
        Block().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "seed-statements.md"))).Select(match => (match.Groups[1].Value, match.Groups[2].Value.Trim()));

    [GeneratedRegex("^```sql ([a-z0-9A-Z ]+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
