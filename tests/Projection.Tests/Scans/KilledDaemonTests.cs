using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using QrPlatform.Enrichment.EventStore;
using QrPlatform.Events;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.Testing;

namespace QrPlatform.Projection.Tests.Scans;

public sealed class KilledDaemonTests
{
    /// <summary>
    /// Whatever order the events come in, however often, in whatever batches and pages, and whenever a daemon is killed: the rows of every read
    /// model are those of a plain computation, of one page in order, and of a rebuild.
    /// </summary>
    [Theory]
    [InlineData(11, 160)]
    [InlineData(12, 240)]
    public async Task Daemons_killed_at_any_point_leave_the_rows_that_the_events_give(int seed, int count)
    {
        var random = new Random(seed);
        var history = Make.History(random, count);
        await using var ordered = await Log.CreateAsync();
        await ordered.ApplyAsync([.. history.OrderBy(entry => entry.Event.OccurredAt).ThenBy(entry => entry.Event.EventId, StringComparer.Ordinal)]);
        var expected = await ordered.DumpAsync();

        await using var log = await Log.CreateAsync();
        await Migrator.ApplyAsync(log.Database, StoredEvents.Schema, typeof(ScanEventAppender).Assembly, CancellationToken.None);
        await SlowDownAsync(log);
        var arrivals = history.Concat(history.Where(_ => random.Next(3) == 0)).ToArray();
        random.Shuffle(arrivals);
        var (batches, killed) = (0, 0);
        DaemonProcess[] daemons = [Daemon(), Daemon()]; // one leads, the other waits for its lock
        try
        {
            foreach (var batch in Batches(arrivals, random))
            {
                await AppendAsync(log, batch);
                if (++batches % 4 > 0) continue;
                if (random.Next(3) > 0) await InTheMiddleOfAPageAsync(log);
                var which = random.Next(daemons.Length);
                using var killing = daemons[which];
                daemons[which] = Daemon();
                await killing.KillAsync();
                killed++;
            }

            await Eventually.TrueAsync(async () => await log.ColumnAsync(Behind) is ["0"], "the last daemon to have projected everything", TimeSpan.FromMinutes(1));
        }
        finally
        {
            foreach (var daemon in daemons) daemon.Dispose();
        }

        Assert.True(killed >= 4, $"{killed} daemons were killed");
        Assert.Equal([$"{count}"], await log.ColumnAsync("select count(*)::text from events.mt_events"));
        Assert.Equal(PlainFacts.Of(history).Order(StringComparer.Ordinal), (await log.ColumnAsync(PlainFacts.Sql)).Order(StringComparer.Ordinal));
        Log.AssertSame(expected, await log.DumpAsync());
        await log.SumUpAsync();
        Log.AssertSame(expected, await log.DumpAsync());

        DaemonProcess Daemon() => new(log.ConnectionString, page: random.Next(5, 40));
    }

    private const string Behind =
        "select (max(e.seq_id) - coalesce((select p.last_seq_id from events.mt_event_progression p where p.name = 'Scans:All'), 0))::text from events.mt_events e";

    /// <summary>A page takes long enough to be hit: once between its facts and its rollups.</summary>
    private static Task SlowDownAsync(Log log) => log.ExecuteAsync(
        """
        create function public.take_long() returns trigger language plpgsql as $$ begin perform pg_sleep(0.05); return null; end $$;
        create trigger take_long after insert on projection.event_fact for each statement execute function public.take_long()
        """);

    private static Task InTheMiddleOfAPageAsync(Log log) => Eventually.TrueAsync(
        async () => await log.ColumnAsync("select pid::text from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'") is not []
                    || await log.ColumnAsync(Behind) is ["0"],
        "a page under way, or none to come");

    private static IEnumerable<(string Stream, SessionEvent Event)[]> Batches((string Stream, SessionEvent Event)[] arrivals, Random random)
    {
        for (var start = 0; start < arrivals.Length;)
        {
            var batch = arrivals.Skip(start).Take(random.Next(1, 20)).ToArray();
            start += batch.Length;
            yield return batch;
        }
    }

    private static async Task AppendAsync(Log log, IEnumerable<(string Stream, SessionEvent Event)> batch)
    {
        await using var connection = await log.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await new ScanEventAppender().AppendAsync(connection, transaction, [.. batch.Select(Stored)], CancellationToken.None);
        await transaction.CommitAsync();
    }

    private static ScanEventToAppend Stored((string Stream, SessionEvent Event) arrived)
    {
        var type = arrived.Event.GetType();
        return new ScanEventToAppend(
            "demo", arrived.Event.EventId, SHA256.HashData(Encoding.UTF8.GetBytes(arrived.Event.EventId)), arrived.Stream, null, Guid.NewGuid(), StoredEvents.Names[type],
            StoredEvents.DotNetTypeName(type), JsonSerializer.SerializeToUtf8Bytes(arrived.Event, type, Log.Json));
    }
}
