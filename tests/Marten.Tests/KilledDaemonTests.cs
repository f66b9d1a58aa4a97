using JasperFx.Events.Daemon;
using QrPlatform.Testing;

namespace QrPlatform.Marten.Tests;

public sealed class KilledDaemonTests : DaemonDatabase
{
    [Theory]
    [InlineData(DaemonMode.Solo)]
    [InlineData(DaemonMode.HotCold)]
    public async Task Of_two_daemons_one_is_killed_in_the_middle_of_a_page_and_no_event_is_lost_or_doubled(DaemonMode mode)
    {
        await AppendManyAsync(240);
        using var one = new DaemonProcess($"{Events.ConnectionString};Application Name=one", Table, mode, pause: 0.1);
        using var two = new DaemonProcess($"{Events.ConnectionString};Application Name=two", Table, mode, pause: 0.1);
        await Eventually.TrueAsync(async () => await SeenAsync() >= 60, "the first pages");

        // Whoever is at it: of a pair that shares the work by a lock, the leader.
        await (await InTheMiddleOfAPageAsync() == "one" ? one : two).KillAsync();
        Assert.InRange(await SeenAsync(), 60, 239);
        await AppendManyAsync(40);

        await Eventually.TrueAsync(async () => await SeenAsync() == 280, "the survivor to project the rest");
        await AssertExactlyOnceAsync();
        await Eventually.TrueAsync(
            async () => await Events.ScalarAsync<long>("select coalesce(sum((data ->> 'Sum')::numeric), 0)::bigint from events.mt_doc_turnover") == 28 * 45,
            "the snapshots to hold every deposit once");
        Assert.Equal(["28 | 10"], await Events.RowsAsync("select count(*), max(mt_version) from events.mt_doc_turnover having min(mt_version) = 10"));
    }

    [Fact]
    public async Task A_daemon_that_is_killed_again_and_again_ends_where_one_ends_that_is_not()
    {
        await AppendManyAsync(100);
        for (var life = 0; life < 2; life++)
        {
            var before = await SeenAsync();
            using var process = new DaemonProcess(Events.ConnectionString, Table, DaemonMode.Solo, pause: 0.05);
            await Eventually.TrueAsync(async () => await SeenAsync() > before, "a page");
            await InTheMiddleOfAPageAsync();
            await process.KillAsync();
        }

        await using var last = Process();
        using var daemon = await last.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(20));
        await daemon.StopAllAsync();
        Assert.Equal(100, await SeenAsync());
        await AssertExactlyOnceAsync();
    }

    /// <summary>A page has been written, and sleeps before it commits.</summary>
    /// <returns>Whose page it is.</returns>
    private Task<string> InTheMiddleOfAPageAsync() => Eventually.ValueAsync(
        async () => (await Events.RowsAsync(
            "select application_name from pg_stat_activity where datname = current_database() and query like '%pg_sleep%' and state = 'active' and pid <> pg_backend_pid()")).FirstOrDefault(),
        "a page under way");
}
