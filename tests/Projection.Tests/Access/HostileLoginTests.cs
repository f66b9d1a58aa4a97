using Npgsql;
using QrPlatform.Projection.Advances;

namespace QrPlatform.Projection.Tests.Access;

/// <summary>What a BI login tries that reads more than its views.</summary>
public sealed class HostileLoginTests : IAsyncLifetime
{
    private Log _log = null!;
    private Reader _login = null!, _neighbour = null!;

    public async Task InitializeAsync()
    {
        _log = await Log.CreateAsync();
        _login = await Reader.LoginAsync(_log, "demo", "mine");
        await _log.ExecuteAsync("insert into projection.tenant values ('acme', 'Acme', 'UTC', 'USD')");
        _neighbour = await Reader.LoginAsync(_log, "acme");
    }

    public async Task DisposeAsync()
    {
        foreach (var reader in (Reader[])[_login, _neighbour])
        {
            await reader.DisposeAsync();
            await _log.ExecuteAsync($"select projection.remove_bi_login('{reader.Login}', 'test')");
        }

        await _log.DisposeAsync();
    }

    [Theory]
    [InlineData("set role bi_owner")]
    [InlineData("set role bi_service")]
    [InlineData("set role postgres")]
    [InlineData("set session authorization postgres")]
    [InlineData("set session authorization bi_reader")]
    [InlineData("reset session authorization; select login from projection.bi_login")]
    [InlineData("set temp_file_limit = -1")]
    [InlineData("set session_replication_role = replica")]
    [InlineData("alter role current_user set statement_timeout = 0; select 1/0")]
    [InlineData("alter role current_user createrole")]
    [InlineData("grant bi_owner to current_user")]
    [InlineData("set default_transaction_read_only = off; create table bi.mine (id int)")]
    [InlineData("set default_transaction_read_only = off; create table public.mine (id int)")]
    [InlineData("set default_transaction_read_only = off; create temporary table mine (id int)")]
    [InlineData("set default_transaction_read_only = off; create schema mine")]
    [InlineData("set default_transaction_read_only = off; create function bi.mine() returns int language sql as 'select 1'")]
    [InlineData("set default_transaction_read_only = off; insert into bi.dim_campaign (campaign_id) values ('x')")]
    [InlineData("set default_transaction_read_only = off; delete from bi.fact_scan")]
    [InlineData("set default_transaction_read_only = off; select lo_from_bytea(0, 'x')")]
    [InlineData("set default_transaction_read_only = off; select lo_creat(-1)")]
    [InlineData("select pg_advisory_lock(1)")]
    [InlineData("select pg_try_advisory_xact_lock(hashtext('qrplatform.bi_login'))")]
    [InlineData("select * from projection.event_fact")]
    [InlineData("select * from projection.visible_tenant()")]
    [InlineData("select projection.put_bi_login('bi_demo_x', 'acme', null, null, 'x')")]
    [InlineData("select * from events.mt_events")]
    [InlineData("select * from bi_query.event")]
    [InlineData("begin; lock table bi.fact_scan in access exclusive mode")]
    [InlineData("comment on view bi.fact_scan is 'x'")]
    [InlineData("create or replace view bi.fact_scan as select 1")]
    [InlineData("select pg_read_file('/etc/passwd')")]
    [InlineData("select * from pg_ls_dir('.')")]
    [InlineData("copy (select 1) to program 'id'")]
    [InlineData("copy (select 1) to '/tmp/mine'")]
    [InlineData("select rolpassword from pg_authid")]
    [InlineData("select * from pg_statistic")]
    [InlineData("select lo_import('/etc/passwd')")]
    [InlineData("create extension dblink")]
    [InlineData("load 'auto_explain'")]
    [InlineData("select pg_reload_conf()")]
    [InlineData("vacuum projection.event_fact; select 1/0")]
    public async Task Is_refused(string statement)
    {
        await using var connection = new NpgsqlConnection(Reader.ConnectionOf(_log, _login.Login).ConnectionString);
        await connection.OpenAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            foreach (var one in statement.Split("; "))
            {
                await using var command = new NpgsqlCommand(one, connection);
                await command.ExecuteNonQueryAsync();
            }
        });
        Assert.Contains(
            refused.SqlState,
            (string[])[PostgresErrorCodes.InsufficientPrivilege, PostgresErrorCodes.ReadOnlySqlTransaction, PostgresErrorCodes.DivisionByZero, PostgresErrorCodes.ObjectNotInPrerequisiteState, PostgresErrorCodes.FeatureNotSupported]);
    }

    [Fact]
    public async Task Settings_of_services_and_roles_that_may_be_taken_on_change_nothing()
    {
        await using var connection = new NpgsqlConnection(Reader.ConnectionOf(_log, _login.Login).ConnectionString);
        await connection.OpenAsync();
        foreach (var statement in (string[])["set role bi_reader", "set app.tenant = 'acme'", "set app.campaigns = 'all'", "set row_security = on"])
        {
            await using var change = new NpgsqlCommand(statement, connection);
            await change.ExecuteNonQueryAsync();
        }

        await using var zone = new NpgsqlCommand("select distinct time_zone from bi.dim_date", connection);
        Assert.Equal("America/Los_Angeles", await zone.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Can_call_no_function_of_the_platform_and_no_relation_but_the_views()
    {
        Assert.Empty(await _login.ColumnAsync(
            """
            select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where n.nspname not in ('pg_catalog', 'information_schema') and has_schema_privilege(n.oid, 'usage') and has_function_privilege(p.oid, 'execute')
            """));

        // What runs with another's rights is never a writer, and is in a schema that no login may enter.
        Assert.Empty(await _log.ColumnAsync(
            """
            select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where p.prosecdef and n.nspname <> 'pg_catalog' and (p.provolatile = 'v' or p.proconfig is null or not p.proconfig::text like '%search_path=%' or n.nspname in ('bi', 'bi_query', 'public'))
            """));
    }

    [Fact]
    public async Task Hears_of_no_tenant_where_everybody_may_listen()
    {
        var told = new TaskCompletionSource<string>();
        await using var connection = new NpgsqlConnection(Reader.ConnectionOf(_log, _login.Login).ConnectionString);
        await connection.OpenAsync();
        connection.Notification += (_, notification) => told.TrySetResult(notification.Payload);
        await using (var listen = new NpgsqlCommand($"listen {AdvanceNotice.Channel}", connection)) await listen.ExecuteNonQueryAsync();
        await _log.ExecuteAsync($"select pg_notify('{AdvanceNotice.Channel}', '{AdvanceNotice.Of(1, 2, ["acme"]).Encode()}')");

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!told.Task.IsCompleted) await connection.WaitAsync(limit.Token);
        Assert.DoesNotContain("acme", await told.Task, StringComparison.Ordinal);
        Assert.Equal(["acme"], AdvanceNotice.Decode(await told.Task)!.Tenants);
    }

    [Fact]
    public async Task The_servers_own_views_show_neither_others_statements_nor_values()
    {
        await using var other = new NpgsqlConnection(Reader.ConnectionOf(_log, _neighbour.Login).ConnectionString);
        await other.OpenAsync();
        await using (var secret = new NpgsqlCommand("select 'a secret of acme' from bi.dim_date limit 1", other)) await secret.ExecuteNonQueryAsync();
        await _log.ExecuteAsync("analyze");

        Assert.Empty(await _login.ColumnAsync("select query from pg_stat_activity where pid <> pg_backend_pid() and query like '%secret of acme%'"));
        Assert.Empty(await _login.ColumnAsync("select query || coalesce(client_addr::text, '') || application_name from pg_stat_activity where usename = $1 and (query not in ('', '<insufficient privilege>') or client_addr is not null or application_name <> '')", _neighbour.Login));
        Assert.Empty(await _login.ColumnAsync("select schemaname || '.' || tablename from pg_stats where schemaname not in ('pg_catalog', 'information_schema')"));
        Assert.Empty(await _login.ColumnAsync("select statistics_name::text from pg_stats_ext"));
    }
}
