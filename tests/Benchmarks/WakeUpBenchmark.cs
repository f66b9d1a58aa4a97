using System.Diagnostics;
using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten;
using Marten.Events.Projections;
using QrPlatform.Enrichment.EventStore;

namespace QrPlatform.Benchmarks;

/// <summary>From the commit of an append to an idle store until its projection has committed, and the daemon's rate over a backlog.</summary>
internal static class WakeUpBenchmark
{
    private const int Samples = 200;
    private const int Backlog = 100_000;

    public static async Task RunAsync()
    {
        await using var store = await EventStoreDatabase.CreateAsync(options => options.Projections.Add(new Noting(), ProjectionLifecycle.Async, "Noting"));
        await using (var create = store.Database.CreateCommand("create table public.noted (seq_id bigint primary key)")) await create.ExecuteNonQueryAsync();
        using var daemon = await store.Store.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(10));

        var latencies = new List<double>();
        for (var sample = 0; sample < Samples; sample++)
        {
            await Task.Delay(20);
            latencies.Add(await AppendAndWaitAsync(store, EventStoreDatabase.Events(1), sample + 1));
        }

        latencies.Sort();
        Console.WriteLine($"commit of one event to commit of its projection, idle: p50 {latencies[Samples / 2]:0.0} ms   p90 {latencies[Samples * 9 / 10]:0.0} ms   p99 {latencies[Samples * 99 / 100]:0.0} ms   max {latencies[^1]:0.0} ms");

        await daemon.StopAllAsync();
        foreach (var batch in EventStoreDatabase.Events(Backlog).Chunk(2000)) await AppendAsync(store, batch);
        var started = Stopwatch.GetTimestamp();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(TimeSpan.FromMinutes(5));
        Console.WriteLine($"backlog of {Backlog:N0} events, pages of 500: {Backlog / Stopwatch.GetElapsedTime(started).TotalSeconds:N0} ev/s   working set {Environment.WorkingSet >> 20} MB");
        await daemon.StopAllAsync();
    }

    private static async Task<double> AppendAndWaitAsync(EventStoreDatabase store, ScanEventToAppend[] events, long expected)
    {
        await AppendAsync(store, events);
        var started = Stopwatch.GetTimestamp();
        await using var count = store.Database.CreateCommand("select count(*) from public.noted");
        while ((long)(await count.ExecuteScalarAsync())! < expected) await Task.Yield();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task AppendAsync(EventStoreDatabase store, ScanEventToAppend[] events)
    {
        await using var connection = await store.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await new ScanEventAppender().AppendAsync(connection, transaction, events, CancellationToken.None);
        await transaction.CommitAsync();
    }

    private sealed class Noting : IProjection
    {
        public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
        {
            operations.QueueSqlCommand("insert into public.noted select * from unnest(?::bigint[])", events.Select(e => e.Sequence).ToArray());
            return Task.CompletedTask;
        }
    }
}
