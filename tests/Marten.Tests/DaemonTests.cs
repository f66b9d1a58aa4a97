using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten.Events.Projections;
using Npgsql;
using QrPlatform.Testing;

namespace QrPlatform.Marten.Tests;

public sealed class DaemonTests : DaemonDatabase
{
    [Fact]
    public async Task Projects_what_was_there_and_what_comes()
    {
        await AppendManyAsync(130);
        await using var process = Process();
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(20));
        Assert.Equal(130, await SeenAsync());

        await AppendManyAsync(70);
        await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(20));
        Assert.Equal(200, await SeenAsync());
        await daemon.StopAllAsync();
        await AssertExactlyOnceAsync();
    }

    [Fact]
    public async Task Tells_its_progress_and_how_much_the_store_holds()
    {
        await AppendManyAsync(30);
        await using var process = Process();
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(20));

        var statistics = await process.Advanced.FetchEventStoreStatistics();
        Assert.Equal((30, 3, 30), (statistics.EventCount, statistics.StreamCount, statistics.EventSequenceNumber));
        Assert.Equal(30, (await process.Advanced.AllProjectionProgress()).Single(state => state.ShardName == "Seen:All").Sequence);
        Assert.Equal(30, await process.Advanced.ProjectionProgressFor(new ShardName("Seen")));
        await Eventually.TrueAsync(
            async () => (await process.Advanced.AllProjectionProgress()).Any(state => state is { ShardName: ShardState.HighWaterMark, Sequence: 30 }),
            "the row of the high water mark");
        await daemon.StopAllAsync();
    }

    [Fact]
    public async Task Goes_on_after_a_restart_where_it_was()
    {
        await AppendManyAsync(100);
        for (var round = 1; round <= 3; round++)
        {
            await using var process = Process();
            using var daemon = await process.BuildProjectionDaemonAsync();
            await daemon.StartAllAsync();
            await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(20));
            await daemon.StopAllAsync();
            await AppendManyAsync(20);
        }

        Assert.Equal(140, await SeenAsync());
        Assert.Equal(0, await Events.ScalarAsync<long>($"select count(*) from {Table} where times > 1"));
    }

    [Fact]
    public async Task A_page_that_fails_leaves_nothing_behind_and_is_tried_again()
    {
        await AppendManyAsync(150);
        var failures = 0;
        await using var process = Process(new SequenceLog(Table, events =>
            events[0].Sequence > 50 && ++failures <= 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask));
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(20));
        await daemon.StopAllAsync();

        Assert.True(failures > 3);
        Assert.Equal(150, await SeenAsync());
        await AssertExactlyOnceAsync();
    }

    [Fact]
    public async Task Losing_every_connection_in_the_middle_of_a_page_neither_doubles_nor_skips()
    {
        await AppendManyAsync(300);

        // Each page takes long enough to be hit.
        await using var process = Process(new SequenceLog(Table, then: "select pg_sleep(0.05)"), page: 30);
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await using (var killer = NpgsqlDataSource.Create(Events.ConnectionString))
        await using (var kill = killer.CreateCommand(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"))
        {
            for (var blow = 0; blow < 5; blow++)
            {
                await Task.Delay(120);
                await kill.ExecuteNonQueryAsync();
            }
        }

        // The test's own connections were hit as well.
        Events.Database.Clear();
        await AppendManyAsync(20);
        await Eventually.TrueAsync(async () => await SeenAsync() == 320, "all events in spite of lost connections");
        await daemon.StopAllAsync();
        await AssertExactlyOnceAsync();
    }

    [Fact]
    public async Task A_rebuild_starts_from_nothing_and_ends_with_the_same_rows()
    {
        await AppendManyAsync(120);
        await using var process = Process();
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(20));
        await Events.ExecuteAsync($"insert into {Table} values (-1, 'left over', 1); delete from {Table} where seq_id between 10 and 20");

        await daemon.RebuildProjectionAsync("Seen", CancellationToken.None);

        Assert.Equal(120, await SeenAsync());
        await AssertExactlyOnceAsync();
        await AppendManyAsync(10);
        await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(20));
        Assert.Equal(130, await SeenAsync());
        await daemon.StopAllAsync();
    }

    [Fact]
    public async Task An_append_wakes_the_daemon_however_seldom_it_looks_by_itself()
    {
        await using var process = Events.NewStore(options =>
        {
            Project(options);
            options.Projections.SlowPollingTime = options.Projections.FastPollingTime = TimeSpan.FromMinutes(5);
        });
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        for (var events = 10; events <= 30; events += 10)
        {
            await AppendManyAsync(10);
            var expected = events;
            await Eventually.TrueAsync(async () => await SeenAsync() == expected, "the append to be projected", TimeSpan.FromSeconds(10));
        }

        await daemon.StopAllAsync();
    }

    [Fact]
    public async Task Documents_that_a_projection_of_sql_stores_are_committed_with_its_page()
    {
        await AppendManyAsync(60);
        var failures = 0;
        await using var process = Events.NewStore(options => options.Projections.Add(
            new Noting(() => failures++ == 0 ? throw new InvalidOperationException("once") : Task.CompletedTask), ProjectionLifecycle.Async, "Noting",
            async =>
            {
                async.BatchSize = 20;
                async.DeleteViewTypeOnTeardown<Note>();
            }));
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(20));
        Assert.Equal(["60"], await Events.RowsAsync("select count(*) from events.mt_doc_note"));

        await Events.ExecuteAsync("insert into events.mt_doc_note (id, data) values ('left over', '{}')");
        await daemon.RebuildProjectionAsync("Noting", CancellationToken.None);
        await daemon.StopAllAsync();
        Assert.Equal(["60"], await Events.RowsAsync("select count(*) from events.mt_doc_note"));
    }

    [Fact]
    public async Task Leaves_out_archived_streams()
    {
        await Events.AppendAsync(Tenant, "gone", new Opened("Ann"));
        await Events.AppendAsync(Tenant, "stays", new Opened("Bob"));
        await using (var session = Events.Store.LightweightSession(Tenant))
        {
            session.Events.ArchiveStream("gone");
            await session.SaveChangesAsync();
        }

        await using var process = Process();
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(20));
        await daemon.StopAllAsync();
        Assert.Equal(["2"], await Events.RowsAsync($"select seq_id from {Table}"));
    }

    [Fact]
    public async Task Waiting_for_data_that_cannot_come_ends_with_a_timeout()
    {
        await AppendManyAsync(10);
        await using var process = Process(new SequenceLog(Table, _ => throw new InvalidOperationException("never")));
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await Assert.ThrowsAnyAsync<TimeoutException>(() => daemon.WaitForNonStaleData(TimeSpan.FromSeconds(1)));
        await daemon.StopAllAsync();
        Assert.Equal(0, await SeenAsync());
    }

    private sealed class Noting(Func<Task> after) : IProjection
    {
        public async Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
        {
            operations.Store(events.Select(e => new Note($"{e.Sequence}", e.EventTypeName)));
            await after();
        }
    }
}
