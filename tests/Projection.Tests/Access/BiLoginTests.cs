using System.Globalization;
using Npgsql;
using QrPlatform.Events;
using QrPlatform.Projection.Access;
using QrPlatform.Projection.Tests.Scans;
using QrPlatform.Requests;
using QrPlatform.Testing;

namespace QrPlatform.Projection.Tests.Access;

public sealed class BiLoginTests : IAsyncLifetime
{
    private static readonly Precondition Anything = new([], MustBeNew: false);

    private readonly string _name = $"bi_demo_{Guid.NewGuid():N}"[..24];
    private Log _log = null!;
    private BiLogins _logins = null!;

    public async Task InitializeAsync()
    {
        _log = await Log.CreateAsync();
        _logins = new BiLogins(_log.Database);
        foreach (var campaign in (string[])["one", "two"])
        {
            await _log.ApplyAsync(($"s-{campaign}", Make.Event<ScanRecorded>(campaign, TimeSpan.Zero, e => e with
            {
                Campaign = new Campaign(campaign, null, null, null, null, null),
            })));
        }
    }

    public async Task DisposeAsync()
    {
        await _logins.RemoveAsync("demo", _name, "test", Anything, CancellationToken.None);
        await _log.DisposeAsync();
    }

    [Fact]
    public async Task A_change_holds_for_the_very_next_statement_of_an_open_session()
    {
        await PutAsync(["one"], _name);
        await using var session = await ConnectAsync();
        Assert.Equal(["one"], await SeesAsync(session));
        await PutAsync(["one", "two"], null);
        Assert.Equal(["one", "two"], await SeesAsync(session));
        await PutAsync(["two"], null);
        Assert.Equal(["two"], await SeesAsync(session));
        await PutAsync(null, null);
        Assert.Equal(["one", "two"], await SeesAsync(session));
        await PutAsync([], null);
        Assert.Empty(await SeesAsync(session));

        // A transaction whose snapshot is older than the change, with a cursor in it, ends.
        await PutAsync(["one"], null);
        await using var transaction = await session.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        Assert.Equal(["one"], await SeesAsync(session));
        await PutAsync([], null);
        await AssertEndedAsync(session);
    }

    [Fact]
    public async Task Removing_a_login_ends_its_sessions_and_its_name_starts_anew()
    {
        await PutAsync(["one"], _name);
        await using var session = await ConnectAsync();
        Assert.Equal(["one"], await SeesAsync(session));

        Assert.True((await _logins.RemoveAsync("demo", _name, "who", Anything, CancellationToken.None)).Removed);

        await AssertEndedAsync(session);
        Assert.Equal(PostgresErrorCodes.InvalidPassword, (await Assert.ThrowsAsync<PostgresException>(ConnectAsync)).SqlState);
        Assert.False((await _logins.RemoveAsync("demo", _name, "who", Anything, CancellationToken.None)).Removed);
        await PutAsync(["two"], _name);
        await using var again = await ConnectAsync();
        Assert.Equal(["two"], await SeesAsync(again));
        Assert.Equal(
            ["created", "removed", "created"],
            (await _logins.ChangesAsync("demo", 10, CancellationToken.None)).Select(change => change.Action).Reverse());
    }

    [Fact]
    public async Task Another_password_ends_the_sessions_of_the_old_one_and_is_kept_as_a_scram_verifier()
    {
        await PutAsync(null, "the-old-password");
        await using var session = await ConnectAsync("the-old-password");
        await PutAsync(null, "the-new-password");

        await AssertEndedAsync(session);
        await Assert.ThrowsAsync<PostgresException>(() => ConnectAsync("the-old-password"));
        await using var again = await ConnectAsync("the-new-password");
        Assert.StartsWith("SCRAM-SHA-256$4096:", (await _log.ColumnAsync($"select rolpassword from pg_authid where rolname = '{_name}'"))[0], StringComparison.Ordinal);
        Assert.Equal(["password", "created"], (await _logins.ChangesAsync("demo", 10, CancellationToken.None)).Select(change => change.Action));
    }

    [Fact]
    public async Task A_condition_that_does_not_hold_changes_nothing_and_other_tenants_logins_are_not_there()
    {
        await PutAsync(["one"], _name);
        var stale = new Precondition([Precondition.TagOf(7)], MustBeNew: false);
        Assert.Null((await _logins.PutAsync("demo", _name, new BiLoginRows(null), null, "who", stale, CancellationToken.None)).Login);
        Assert.Null((await _logins.PutAsync("demo", _name, new BiLoginRows(null), null, "who", new Precondition([], MustBeNew: true), CancellationToken.None)).Login);
        Assert.False((await _logins.RemoveAsync("demo", _name, "who", stale, CancellationToken.None)).Removed);
        Assert.Empty(await _logins.FindAsync("acme", _name, CancellationToken.None));
        Assert.False((await _logins.RemoveAsync("acme", _name, "who", Anything, CancellationToken.None)).Removed);
        Assert.True((await _logins.PutAsync("acme", _name, new BiLoginRows(null), null, "who", Anything, CancellationToken.None)).IsTaken);
        await using var session = await ConnectAsync();
        Assert.Equal(["one"], await SeesAsync(session));
    }

    [Fact]
    public async Task Every_session_begins_with_its_limits()
    {
        await PutAsync(null, _name);
        await using var session = await ConnectAsync();
        Assert.Equal(
            ["bi", "on", "1min", "1min", "10s", "16MB", "1GB"],
            await ColumnAsync(session, "select current_setting(s) from unnest(array['search_path', 'default_transaction_read_only', 'statement_timeout', 'idle_in_transaction_session_timeout', 'lock_timeout', 'work_mem', 'temp_file_limit']) s"));
        Assert.Equal(["20"], await _log.ColumnAsync($"select rolconnlimit::text from pg_roles where rolname = '{_name}'"));
        Assert.Equal(["0"], await ColumnAsync(session, "select count(*)::text from dim_placement"));

        // Sorting on disk ends at the limit, which is not the session's to move.
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ColumnAsync(session, "set temp_file_limit = -1"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task A_session_that_lifts_its_own_limits_is_ended_from_outside()
    {
        await PutAsync(null, _name);
        await using var busy = await ConnectAsync();
        await using var idle = await ConnectAsync();
        await using var fine = await ConnectAsync();
        await ColumnAsync(busy, "select set_config('statement_timeout', '0', false)");
        await ColumnAsync(idle, "select set_config('idle_in_transaction_session_timeout', '0', false)");
        await using var transaction = await idle.BeginTransactionAsync();
        await SeesAsync(idle);
        var stubborn = Record.ExceptionAsync(() => ColumnAsync(busy, "do $$ begin loop begin perform pg_sleep(60); exception when query_canceled then null; end; end loop; end $$"));

        Assert.Equal(["0"], await _log.ColumnAsync("select projection.end_overstaying_bi_sessions('5 seconds')::text"));
        await Eventually.TrueAsync(
            async () => (await _log.ColumnAsync($"select count(*)::text from pg_stat_activity where usename = '{_name}' and query_start < clock_timestamp() - interval '1 second' and state <> 'idle'"))[0] == "2",
            "both have gone on for a second");
        Assert.Equal(["2"], await _log.ColumnAsync("select projection.end_overstaying_bi_sessions('-59 seconds')::text"));

        Assert.NotNull(await stubborn);
        await AssertEndedAsync(idle);
        Assert.Equal(["one", "two"], await SeesAsync(fine));
    }

    [Fact]
    public async Task The_number_of_connections_is_limited()
    {
        await PutAsync(null, _name);
        var open = new List<NpgsqlConnection>();
        try
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(async () =>
            {
                while (open.Count < 25) open.Add(await ConnectAsync());
            });
            Assert.Equal((PostgresErrorCodes.TooManyConnections, 20), (refused.SqlState, open.Count));
        }
        finally
        {
            foreach (var connection in open) await connection.DisposeAsync();
        }
    }

    private Task<BiLoginOutcome> PutAsync(string[]? campaigns, string? password) =>
        _logins.PutAsync("demo", _name, new BiLoginRows(campaigns), password, "who", Anything, CancellationToken.None);

    private async Task<NpgsqlConnection> ConnectAsync() => await ConnectAsync(_name);

    private async Task<NpgsqlConnection> ConnectAsync(string password)
    {
        var settings = Reader.ConnectionOf(_log, _name);
        settings.Password = password;
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private static Task<IReadOnlyList<string>> SeesAsync(NpgsqlConnection session) => ColumnAsync(session, "select campaign_id from bi.fact_scan order by 1");

    private static Task AssertEndedAsync(NpgsqlConnection session) =>
        Eventually.TrueAsync(async () => await Record.ExceptionAsync(() => SeesAsync(session)) is not null, "the session has ended");

    private static async Task<IReadOnlyList<string>> ColumnAsync(NpgsqlConnection session, string sql)
    {
        await using var command = new NpgsqlCommand(sql, session);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync()) values.Add(Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture) ?? "");
        return values;
    }
}
