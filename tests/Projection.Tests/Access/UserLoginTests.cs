using Npgsql;
using QrPlatform.Events;
using QrPlatform.Projection.Access;
using QrPlatform.Projection.Tests.Scans;
using QrPlatform.Requests;
using QrPlatform.Testing;

namespace QrPlatform.Projection.Tests.Access;

/// <summary>BI logins that are a user's.</summary>
public sealed class UserLoginTests : IAsyncLifetime
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
    public async Task A_changed_grant_holds_for_the_next_statement_of_the_users_logins()
    {
        await TellAsync(1, "analyst", ["one"]);
        var login = (await PutAsync("jo@demo")).Login!;
        Assert.Equal(("jo@demo", true), (login.User, login.MayLogIn));
        Assert.Equal(["one"], login.Campaigns);
        await using var session = await ConnectAsync();
        Assert.Equal(["one"], await SeesAsync(session));

        await TellAsync(2, "analyst", ["one", "two"]);
        Assert.Equal(["one", "two"], await SeesAsync(session));
        await TellAsync(3, "administrator", null);
        Assert.Equal(["one", "two"], await SeesAsync(session));
        await TellAsync(4, "analyst", ["two"]);
        Assert.Equal(["two"], await SeesAsync(session));

        // News that were overtaken, or come twice, change nothing.
        await TellAsync(3, "administrator", null);
        await TellAsync(4, "administrator", null);
        Assert.Equal(["two"], await SeesAsync(session));
        await TellAsync(5, "analyst", ["two"]);
        Assert.Equal(4, (await _logins.FindAsync("demo", _name, CancellationToken.None))[0].Version);

        // A transaction that may still read what was visible before ends.
        await using var transaction = await session.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        Assert.Equal(["two"], await SeesAsync(session));
        await TellAsync(6, "analyst", []);
        await EndedAsync(session);
    }

    [Fact]
    public async Task A_user_who_may_see_no_rows_any_more_cannot_log_in_until_that_changes()
    {
        await TellAsync(1, "analyst", null);
        await PutAsync("jo@demo");
        await using var session = await ConnectAsync();

        await TellAsync(2, "executive", null);
        await EndedAsync(session);
        await Assert.ThrowsAsync<PostgresException>(ConnectAsync);
        Assert.Contains("administrator or analyst", (await PutAsync("jo@demo")).UserFault, StringComparison.Ordinal);
        Assert.False((await _logins.FindAsync("demo", _name, CancellationToken.None))[0].MayLogIn);

        await TellAsync(3, "analyst", ["one"]);
        await using var again = await ConnectAsync();
        Assert.Equal(["one"], await SeesAsync(again));
    }

    [Fact]
    public async Task A_removed_users_logins_go_too_and_do_not_come_back_with_the_name()
    {
        await TellAsync(1, "analyst", null);
        await PutAsync("jo@demo");
        await using var session = await ConnectAsync();

        await TellAsync(2, null, null);

        await EndedAsync(session);
        await Assert.ThrowsAsync<PostgresException>(ConnectAsync);
        Assert.NotNull((await PutAsync("jo@demo")).UserFault);
        await TellAsync(3, "analyst", null);
        Assert.Empty(await _logins.FindAsync("demo", _name, CancellationToken.None));
        Assert.Equal(["removed", "created"], (await _logins.ChangesAsync("demo", 10, CancellationToken.None)).Select(change => change.Action));
        Assert.Equal(
            ["bi_login.created", "bi_login.removed"],
            await _log.ColumnAsync("select n.body ->> 'action' from projection.notice n where n.address like 'http://privacy-compliance/%' order by n.id"));
    }

    [Fact]
    public async Task A_login_is_no_other_tenants_users_and_may_be_nobodys_again()
    {
        await _logins.FollowAsync(new UserGrants("acme", "jo@acme", 1, "analyst", null, "test"), CancellationToken.None);
        Assert.NotNull((await PutAsync("jo@acme")).UserFault);
        Assert.NotNull((await PutAsync("nobody")).UserFault);

        await TellAsync(1, "analyst", ["one"]);
        await PutAsync("jo@demo");
        await _logins.PutAsync("demo", _name, new BiLoginRows(["two"]), null, "who", Anything, CancellationToken.None);
        await TellAsync(2, null, null);
        await using var session = await ConnectAsync();
        Assert.Equal(["two"], await SeesAsync(session));
        Assert.Equal([null, "jo@demo"], (await _logins.ChangesAsync("demo", 10, CancellationToken.None)).Select(change => change.User));
    }

    private Task TellAsync(int version, string? role, string[]? campaigns) =>
        _logins.FollowAsync(new UserGrants("demo", "jo@demo", version, role, campaigns, "admin"), CancellationToken.None);

    private Task<BiLoginOutcome> PutAsync(string user) => _logins.PutAsync("demo", _name, new BiLoginRows(null, user), _name, "who", Anything, CancellationToken.None);

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var settings = Reader.ConnectionOf(_log, _name);
        settings.Password = _name;
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private static async Task<IReadOnlyList<string>> SeesAsync(NpgsqlConnection session)
    {
        await using var command = new NpgsqlCommand("select campaign_id from bi.fact_scan order by 1", session);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync()) values.Add(reader.GetString(0));
        return values;
    }

    private static Task EndedAsync(NpgsqlConnection session) =>
        Eventually.TrueAsync(async () => await Record.ExceptionAsync(() => SeesAsync(session)) is not null, "the session has ended");
}
