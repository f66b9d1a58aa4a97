using System.Diagnostics;
using Npgsql;
using QrPlatform.Benchmarks.Measuring;
using QrPlatform.Benchmarks.Path;
using QrPlatform.Enrichment.EventStore;

namespace QrPlatform.Benchmarks.Log;

/// <summary>
/// A million events, appended and projected by the real service: whether an event costs as much at the end as at the beginning, and how much
/// memory the service takes.
/// </summary>
internal static class MillionBenchmark
{
    private const int Slices = 10, BatchSize = 1000;

    public static async Task RunAsync(bool quick)
    {
        var total = quick ? 50_000 : 1_000_000;
        await using var store = await EventStoreDatabase.CreateAsync();
        await Conditions.PrintServerAsync(store.Database);
        await using var projection = await ServiceProcess.StartAsync("Projection", store.ConnectionString);
        await using var watermark = await Watermark.StartAsync(store.Database);
        var log = new GeneratedLog(store.Database, total);
        var started = projection.Memory.Now;

        CopyLimit? limit = null;
        var (appending, whole) = (new List<double>(), new List<double>());
        for (var slice = 0; slice < Slices; slice++)
        {
            var events = await log.ReadAsync((slice * total / Slices) + 1, total / Slices);
            if (limit is null) await AppendAsync(store.Database, [.. (await log.ReadAsync(total + 1, 2 * BatchSize))]); // warm, and rows to COPY
            limit ??= await CopyLimit.CreateAsync(store.Database);
            var before = await limit.MeasureAsync();
            var at = Stopwatch.GetTimestamp();
            await AppendAsync(store.Database, events);
            var appended = Stopwatch.GetElapsedTime(at);
            await watermark.WaitAsync(await LastAsync(store.Database), TimeSpan.FromMinutes(20));
            var visible = Stopwatch.GetElapsedTime(at);
            var copy = (before + await limit.MeasureAsync()) / 2;
            appending.Add(events.Length / appended.TotalSeconds / copy);
            whole.Add(events.Length / visible.TotalSeconds / copy);
            Conditions.PrintLoad(
                $"events {slice * total / Slices:N0} to {(slice + 1) * total / Slices:N0}: appended {events.Length / appended.TotalSeconds:N0} ev/s ({appending[^1]:0.000} COPY), "
                + $"all visible {events.Length / visible.TotalSeconds:N0} ev/s ({whole[^1]:0.000} COPY), COPY {copy:N0}, projection {projection.Memory.Now} MB");
        }

        var (now, most) = projection.Memory;
        Console.WriteLine($"""

            append ÷ COPY                  {Figures.Ratios(appending)}
            append and projection ÷ COPY   {Figures.Ratios(whole)}
            the last tenth's ratio ÷ the first's: append {appending[^1] / appending[0]:0.00}, with projection {whole[^1] / whole[0]:0.00}   (1: an event's cost does not grow)
            memory of the projection service: {started} MB at start, {now} at the end, {most} at most   goal: under 400
            """);
    }

    private static async Task AppendAsync(NpgsqlDataSource database, ScanEventToAppend[] events)
    {
        var appender = new ScanEventAppender();
        await using var connection = await database.OpenConnectionAsync();
        foreach (var batch in events.Chunk(BatchSize))
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await appender.AppendAsync(connection, transaction, batch, CancellationToken.None);
            await transaction.CommitAsync();
        }
    }

    private static async Task<long> LastAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("select max(seq_id) from events.mt_events");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
