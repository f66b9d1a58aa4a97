using QrPlatform.Projection.Rebuilds;
using QrPlatform.Projection.Tests.Scans;

namespace QrPlatform.Projection.Tests.Rebuilds;

public sealed class RebuilderTests
{
    [Fact]
    public async Task Finds_nothing_to_correct_in_rows_that_follow_the_log_and_writes_none_of_them()
    {
        await using var log = await FilledAsync(1, 200);
        var (before, changes) = (await log.DumpAsync(), await ChangesAsync(log));

        var results = await RebuildAsync(log, pageSize: 37);

        Assert.Equal(0, results.Sum(found => found.Result.Missing + found.Result.Unexpected));
        Assert.Equal(200, results.Single(found => found.Result.Dataset == "event_fact").Result.Rows);
        Assert.Equal(changes, await ChangesAsync(log));
        Log.AssertSame(before, await log.DumpAsync());
        Assert.Equal(["0"], await log.ColumnAsync("select count(*)::text from pg_namespace where nspname = 'projection_rebuild'"));
    }

    [Theory]
    [InlineData("delete from projection.event_fact where seq_id % 3 = 0", "event_fact")]
    [InlineData("update projection.event_fact set revenue = revenue + 0.01, change_seq = change_seq where revenue is not null", "event_fact")]
    [InlineData("update projection.session set conversions = conversions + 1", "session")]
    [InlineData("delete from projection.visitor where visitor in (select visitor from projection.visitor limit 2)", "visitor")]
    [InlineData("insert into projection.visitor (tenant_id, visitor, first_seen_at, last_seen_at) values ('demo', gen_random_uuid(), now(), now())", "visitor")]
    [InlineData("update projection.rollup_day set total_scans = total_scans + 1 where slice = 'campaign'", "rollup_day")]
    [InlineData("update projection.visitor_cell set visitors = visitors + 1", "visitor_cell")]
    [InlineData("delete from projection.rollup_quarter_hour", "rollup_quarter_hour")]
    [InlineData("update projection.campaign set campaign_name = 'Renamed by hand'", "campaign")]
    public async Task Reports_and_corrects_rows_that_somebody_changed_by_hand(string damage, string dataset)
    {
        await using var log = await FilledAsync(2, 120);
        var before = await log.DumpAsync();
        await InChangeAsync(log, damage);
        Assert.NotEqual(before, await log.DumpAsync());

        var results = await RebuildAsync(log);

        Assert.Equal([dataset], results.Where(found => found.Result.Missing + found.Result.Unexpected > 0).Select(found => found.Result.Dataset));
        Log.AssertSame(before, await log.DumpAsync());
        Assert.Equal(0, (await RebuildAsync(log)).Sum(found => found.Result.Missing + found.Result.Unexpected));
    }

    [Fact]
    public async Task Makes_everything_anew_where_the_rows_were_thrown_away()
    {
        await using var log = await FilledAsync(3, 250);
        var before = await log.DumpAsync();
        await log.ClearAsync();

        var results = await RebuildAsync(log, pageSize: 50);

        Log.AssertSame(before, await log.DumpAsync());
        Assert.Equal((250L, 250L, 0L), results.Where(found => found.Result.Dataset == "event_fact").Select(found => (found.Result.Rows, found.Result.Missing, found.Result.Unexpected)).Single());
    }

    [Fact]
    public async Task Events_go_on_being_projected_meanwhile_and_are_in_the_result()
    {
        await using var log = await FilledAsync(4, 60);
        var more = Make.History(new Random(5), 120);
        await log.ClearAsync();

        // Rows are cleared, projected and rebuilt at once: the correction has to meet pages that come while it is being prepared.
        using var first = new SemaphoreSlim(0);
        var projecting = Task.Run(async () =>
        {
            foreach (var page in more.Chunk(4))
            {
                await log.ApplyAsync([.. page.Select(entry => (entry.Stream, entry.Event with { EventId = "more-" + entry.Event.EventId }))]);
                first.Release();
            }
        });
        await first.WaitAsync();
        while (!projecting.IsCompleted) await RebuildAsync(log, pageSize: 10);
        await projecting;
        var results = await RebuildAsync(log);

        Assert.Equal(0, results.Sum(found => found.Result.Missing + found.Result.Unexpected));
        Assert.Equal(180, results.Single(found => found.Result.Dataset == "event_fact").Result.Rows);
        var live = await log.DumpAsync();
        await log.RebuildAsync();
        Log.AssertSame(live, await log.DumpAsync());
    }

    [Fact]
    public async Task A_rebuild_that_is_ended_leaves_the_rows_as_they_were_and_nothing_behind()
    {
        await using var log = await FilledAsync(6, 80);
        await InChangeAsync(log, "delete from projection.visitor");
        var damaged = await log.DumpAsync();
        using var end = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Rebuilder(log.Database, 10).RunAsync(
            (status, _, _) => status == RebuildStatus.Correcting ? end.CancelAsync() : Task.CompletedTask, end.Token));

        Log.AssertSame(damaged, await log.DumpAsync());
        Assert.Equal(["0"], await log.ColumnAsync("select count(*)::text from pg_namespace where nspname = 'projection_rebuild'"));
    }

    private static async Task<Log> FilledAsync(int seed, int count)
    {
        var random = new Random(seed);
        var log = await Log.CreateAsync();
        var history = Make.History(random, count).ToArray();
        random.Shuffle(history);
        foreach (var page in history.Chunk(40)) await log.ApplyAsync(page);
        return log;
    }

    private static Task<IReadOnlyList<(string Tenant, RebuildResult Result)>> RebuildAsync(Log log, int pageSize = 5_000) =>
        new Rebuilder(log.Database, pageSize).RunAsync((_, _, _) => Task.CompletedTask, CancellationToken.None);

    // The read models' triggers refuse what is no change; somebody who knows the lock can.
    private static Task InChangeAsync(Log log, string sql) =>
        log.ExecuteAsync($"begin; select projection.begin_change(), projection.open_page(); {sql}; commit");

    private static Task<IReadOnlyList<string>> ChangesAsync(Log log) =>
        log.ColumnAsync("select event_id || change_seq from projection.event_fact union all select day::text || slice || change_seq from projection.rollup_day order by 1");
}
