using System.Diagnostics;
using Npgsql;
using QrPlatform.Testing;

namespace QrPlatform.Marten.Tests;

public sealed class GapTests : DaemonDatabase
{
    /// <summary>The tests' stale threshold; Marten's default is three.</summary>
    private static readonly TimeSpan Threshold = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Numbers_that_a_rolled_back_append_has_burned_are_passed_over()
    {
        await AppendManyAsync(20);
        await BurnAsync();
        await AppendManyAsync(10);

        await using var process = Process();
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await Eventually.TrueAsync(async () => await SeenAsync() == 30, "the events behind the hole");
        await daemon.StopAllAsync();
        await AssertExactlyOnceAsync();
        Assert.Equal(["20 | 31"], await Events.RowsAsync("select starting_sequence, ending_sequence from events.mt_high_water_skips"));
    }

    [Fact]
    public async Task Many_holes_are_passed_over_in_one_go()
    {
        for (var i = 0; i < 10; i++)
        {
            await BurnAsync();
            await AppendManyAsync(10);
        }

        var started = Stopwatch.GetTimestamp();
        await using var process = Process();
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await Eventually.TrueAsync(async () => await SeenAsync() == 100, "the events between the holes");
        Assert.InRange(Stopwatch.GetElapsedTime(started), Threshold / 2, Threshold * 5);
        await daemon.StopAllAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_transaction_that_commits_late_is_waited_for_however_long_it_takes(bool wasIdleBefore)
    {
        await AppendManyAsync(20);
        await using var process = Process();
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(20));

        await using var connection = await Events.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (wasIdleBefore)
        {
            await ExecuteAsync(transaction, "select 1");
            await Task.Delay(600);
        }

        await ExecuteAsync(transaction, """
            insert into events.mt_streams (tenant_id, id, version) values ('t', 'late', 1);
            insert into events.mt_events (seq_id, id, stream_id, version, data, type, tenant_id, mt_dotnet_type)
            values (nextval('events.mt_events_sequence'), gen_random_uuid(), 'late', 1, '{"Owner": "late"}', 'account_opened', 't', null);
            """);
        await AppendManyAsync(10);

        // Ten thresholds: by time alone it would be skipped.
        await Task.Delay(Threshold * 10);
        Assert.Equal(20, await SeenAsync());

        await transaction.CommitAsync();
        await Eventually.TrueAsync(async () => await SeenAsync() == 31, "the late event and those after it");
        await daemon.StopAllAsync();
        await AssertExactlyOnceAsync();
        Assert.Empty(await Events.RowsAsync("select * from events.mt_high_water_skips"));
    }

    [Fact]
    public async Task A_slow_commit_delays_what_was_numbered_after_it_and_nothing_else_and_no_longer_than_it_lasts()
    {
        await using var process = Process();
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await using var connection = await Events.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(transaction, "select pg_current_xact_id()");

        // The transaction is open, but what others number before it draws is not held up.
        await AppendManyAsync(20);
        await Eventually.TrueAsync(async () => await SeenAsync() == 20, "what was numbered before");
        await ExecuteAsync(transaction, """
            insert into events.mt_streams (tenant_id, id, version) values ('t', 'slow', 1);
            insert into events.mt_events (seq_id, id, stream_id, version, data, type, tenant_id, mt_dotnet_type)
            values (nextval('events.mt_events_sequence'), gen_random_uuid(), 'slow', 1, '{"Owner": "slow"}', 'account_opened', 't', null);
            """);
        await AppendManyAsync(10);
        await Task.Delay(Threshold * 2);
        Assert.Equal(20, await SeenAsync());

        var committed = Stopwatch.GetTimestamp();
        await transaction.CommitAsync();
        await Eventually.TrueAsync(async () => await SeenAsync() == 31, "the slow event and those after it");

        // A hole that has filled is not waited for: two looks, and what the machine takes.
        Assert.InRange(Stopwatch.GetElapsedTime(committed), TimeSpan.Zero, Threshold * 5);
        await daemon.StopAllAsync();
        await AssertExactlyOnceAsync();
    }

    [Fact]
    public async Task Tombstones_in_burned_numbers_are_passed_over_at_once()
    {
        await AppendManyAsync(10);
        await Events.ExecuteAsync("""
            insert into events.mt_streams (tenant_id, id, version) values ('*DEFAULT*', 'mt_tombstone', 2);
            insert into events.mt_events (seq_id, id, stream_id, version, data, type, tenant_id, mt_dotnet_type)
            select nextval('events.mt_events_sequence'), gen_random_uuid(), 'mt_tombstone', v, '{}', 'tombstone', '*DEFAULT*', 'JasperFx.Events.Tombstone, JasperFx.Events'
            from generate_series(1, 2) v
            """);
        await AppendManyAsync(10);
        await using var process = Process();
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(20));
        await daemon.StopAllAsync();
        Assert.Equal(20, await SeenAsync());
        Assert.Empty(await Events.RowsAsync($"select seq_id from {Table} where seq_id in (11, 12)"));
        Assert.Empty(await Events.RowsAsync("select * from events.mt_high_water_skips"));
    }

    [Fact]
    public async Task A_late_transaction_that_rolls_back_leaves_a_hole_that_is_passed_over()
    {
        await AppendManyAsync(20);
        await using var process = Process();
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await using (var connection = await Events.Database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await ExecuteAsync(transaction, "select nextval('events.mt_events_sequence')");
            await AppendManyAsync(10);
            await Task.Delay(Threshold * 2);
            Assert.Equal(20, await SeenAsync());
        }

        await Eventually.TrueAsync(async () => await SeenAsync() == 30, "the events behind the hole");
        await daemon.StopAllAsync();
    }

    [Fact]
    public async Task A_transaction_that_has_been_idle_since_before_does_not_hold_up_a_dead_hole()
    {
        await AppendManyAsync(20);
        await using var process = Process();
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(20));
        await using var connection = await Events.Database.OpenConnectionAsync();
        await using var idle = await connection.BeginTransactionAsync();
        await ExecuteAsync(idle, "select 1");

        // The daemon must have looked since: it looks every second when nothing happens.
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        await BurnAsync();
        await AppendManyAsync(10);

        await Eventually.TrueAsync(async () => await SeenAsync() == 30, "the events behind the hole");
        await daemon.StopAllAsync();
    }

    [Fact]
    public async Task A_report_that_runs_for_long_does_not_hold_up_a_dead_hole()
    {
        // Marten itself waits for any transaction.
        if (!StoreDatabase.IsStandin) return;

        await AppendManyAsync(20);
        var role = $"report_{Guid.NewGuid():N}";
        await Events.ExecuteAsync($"create role {role} login password 'secret'");
        try
        {
            await using var reports = NpgsqlDataSource.Create(
                new NpgsqlConnectionStringBuilder(Events.ConnectionString) { Username = role, Password = "secret", Pooling = false });
            await using var connection = await reports.OpenConnectionAsync();
            await using var report = await connection.BeginTransactionAsync();
            await ExecuteAsync(report, "select 1");
            await BurnAsync();
            await AppendManyAsync(10);

            await using var process = Process();
            using var daemon = await process.BuildProjectionDaemonAsync();
            await daemon.StartAllAsync();
            await Eventually.TrueAsync(async () => await SeenAsync() == 30, "the events behind the hole", TimeSpan.FromSeconds(10));
            await daemon.StopAllAsync();
        }
        finally
        {
            await Events.ExecuteAsync($"drop role {role}");
        }
    }

    private async Task BurnAsync()
    {
        await using var connection = await Events.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(transaction, "select nextval('events.mt_events_sequence')");
        await transaction.RollbackAsync();
    }

    private static async Task ExecuteAsync(NpgsqlTransaction transaction, string sql)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        await command.ExecuteNonQueryAsync();
    }
}
