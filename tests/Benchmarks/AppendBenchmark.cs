using System.Diagnostics;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.Enrichment.EventStore;

namespace QrPlatform.Benchmarks;

/// <summary>
/// The appender against the machine's limit: COPY into the same three tables by a writer that knows every version and that nothing is
/// known yet. Rounds alternate; one event per stream, which is the dearest case.
/// </summary>
internal static class AppendBenchmark
{
    private const int BatchSize = 1000;
    private const int Batches = 20;
    private const int Rounds = 7;

    public static async Task RunAsync()
    {
        await using var store = await EventStoreDatabase.CreateAsync();
        await AppendAsync(store.Database, EventStoreDatabase.Events(BatchSize * 6));
        await CopyAsync(store.Database, EventStoreDatabase.Events(BatchSize * 6));

        var append = new List<double>();
        var copy = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            append.Add(await AppendAsync(store.Database, EventStoreDatabase.Events(BatchSize * Batches)));
            copy.Add(await CopyAsync(store.Database, EventStoreDatabase.Events(BatchSize * Batches)));
            Console.WriteLine($"round {round + 1}: append {append[^1],8:N0} ev/s   copy {copy[^1],8:N0} ev/s   ratio {append[^1] / copy[^1]:0.00}");
        }

        Console.WriteLine($"""

            batches of {BatchSize}, one event per stream, {Batches} batches a round, median of {Rounds}
            append            {Median(append),8:N0} ev/s
            COPY, same tables {Median(copy),8:N0} ev/s
            append / COPY     {Median(append.Zip(copy, (a, c) => a / c)):0.00}   (goal 0.75, floor 0.5)
            """);
    }

    private static async Task<double> AppendAsync(NpgsqlDataSource database, ScanEventToAppend[] events)
    {
        var appender = new ScanEventAppender();
        await using var connection = await database.OpenConnectionAsync();
        return await MeasureAsync(events, async batch =>
        {
            await using var transaction = await connection.BeginTransactionAsync();
            var result = await appender.AppendAsync(connection, transaction, batch, CancellationToken.None);
            await transaction.CommitAsync();
            if (result.AppendedCount != batch.Length) throw new InvalidOperationException("Not all were new.");
        });
    }

    private static async Task<double> CopyAsync(NpgsqlDataSource database, ScanEventToAppend[] events)
    {
        await using var connection = await database.OpenConnectionAsync();
        var sequence = await ReserveAsync(connection, events.Length);
        return await MeasureAsync(events, async batch =>
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await CopyIdsAsync(connection, batch);
            await CopyStreamsAsync(connection, batch);
            sequence = await CopyEventsAsync(connection, batch, sequence);
            await transaction.CommitAsync();
        });
    }

    private static async Task<long> ReserveAsync(NpgsqlConnection connection, int count)
    {
        await using var command = new NpgsqlCommand($"select setval('events.mt_events_sequence', (select last_value from events.mt_events_sequence) + {count})", connection);
        return (long)(await command.ExecuteScalarAsync())! - count + 1;
    }

    private static async Task CopyIdsAsync(NpgsqlConnection connection, ScanEventToAppend[] batch)
    {
        await using var writer = await connection.BeginBinaryImportAsync("copy events.event_ids (tenant_id, event_id, id, content_hash) from stdin (format binary)");
        foreach (var e in batch)
        {
            await writer.StartRowAsync();
            await writer.WriteAsync(e.TenantId, NpgsqlDbType.Text);
            await writer.WriteAsync(e.EventId, NpgsqlDbType.Text);
            await writer.WriteAsync(e.Id, NpgsqlDbType.Uuid);
            await writer.WriteAsync(e.ContentHash, NpgsqlDbType.Bytea);
        }

        await writer.CompleteAsync();
    }

    private static async Task CopyStreamsAsync(NpgsqlConnection connection, ScanEventToAppend[] batch)
    {
        await using var writer = await connection.BeginBinaryImportAsync("copy events.mt_streams (tenant_id, id, type, version) from stdin (format binary)");
        foreach (var e in batch)
        {
            await writer.StartRowAsync();
            await writer.WriteAsync(e.TenantId, NpgsqlDbType.Varchar);
            await writer.WriteAsync(e.StreamId, NpgsqlDbType.Varchar);
            await writer.WriteAsync(e.StreamType!, NpgsqlDbType.Varchar);
            await writer.WriteAsync(1L, NpgsqlDbType.Bigint);
        }

        await writer.CompleteAsync();
    }

    private static async Task<long> CopyEventsAsync(NpgsqlConnection connection, ScanEventToAppend[] batch, long sequence)
    {
        await using var writer = await connection.BeginBinaryImportAsync(
            "copy events.mt_events (seq_id, id, stream_id, version, data, type, tenant_id, mt_dotnet_type) from stdin (format binary)");
        foreach (var e in batch)
        {
            await writer.StartRowAsync();
            await writer.WriteAsync(sequence++, NpgsqlDbType.Bigint);
            await writer.WriteAsync(e.Id, NpgsqlDbType.Uuid);
            await writer.WriteAsync(e.StreamId, NpgsqlDbType.Varchar);
            await writer.WriteAsync(1L, NpgsqlDbType.Bigint);
            await writer.WriteAsync(Encoding.UTF8.GetString(e.DataJson), NpgsqlDbType.Jsonb);
            await writer.WriteAsync(e.EventType, NpgsqlDbType.Varchar);
            await writer.WriteAsync(e.TenantId, NpgsqlDbType.Varchar);
            await writer.WriteAsync(e.DotNetType, NpgsqlDbType.Varchar);
        }

        await writer.CompleteAsync();
        return sequence;
    }

    private static async Task<double> MeasureAsync(ScanEventToAppend[] events, Func<ScanEventToAppend[], Task> write)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var batch in events.Chunk(BatchSize)) await write(batch);
        return events.Length / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);
}
