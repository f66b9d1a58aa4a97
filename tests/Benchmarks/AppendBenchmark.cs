using System.Diagnostics;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.Benchmarks.Measuring;
using QrPlatform.Enrichment.EventStore;

namespace QrPlatform.Benchmarks;

/// <summary>
/// The appender against the machine's limit: COPY into the same three tables by a writer that knows every version and that nothing is
/// known yet. Rounds alternate; one event per stream, which is the dearest case.
/// </summary>
internal static class AppendBenchmark
{
    private const int EventsPerRound = 20_000, Rounds = 7;

    private static readonly (int Size, string Goal)[] Batches = [(1000, "goal 0.75, floor 0.5"), (100, "no goal of its own")];

    public static async Task RunAsync()
    {
        await using var store = await EventStoreDatabase.CreateAsync();
        Conditions.PrintLoad("append");
        await Conditions.PrintServerAsync(store.Database);
        var ratios = new List<double>[Batches.Length];
        for (var which = 0; which < Batches.Length; which++)
        {
            var (size, _) = Batches[which];
            ratios[which] = [];
            await AppendAsync(store.Database, EventStoreDatabase.Events(size * 6), size);
            await CopyAsync(store.Database, EventStoreDatabase.Events(size * 6), size);
            for (var round = 1; round <= Rounds; round++)
            {
                var append = await AppendAsync(store.Database, EventStoreDatabase.Events(EventsPerRound), size);
                var copy = await CopyAsync(store.Database, EventStoreDatabase.Events(EventsPerRound), size);
                ratios[which].Add(append / copy);
                Console.WriteLine($"  batches of {size,4}, round {round}: append {append,8:N0} ev/s   COPY {copy,8:N0} ev/s   ratio {append / copy:0.00}");
            }
        }

        Conditions.PrintLoad("done");
        for (var which = 0; which < Batches.Length; which++)
            Console.WriteLine($"row 8   append ÷ COPY into the same tables, one event per stream, batches of {Batches[which].Size,4}: {Figures.Ratios(ratios[which])}   {Batches[which].Goal}");
    }

    private static async Task<double> AppendAsync(NpgsqlDataSource database, ScanEventToAppend[] events, int size)
    {
        var appender = new ScanEventAppender();
        await using var connection = await database.OpenConnectionAsync();
        return await MeasureAsync(events, size, async batch =>
        {
            await using var transaction = await connection.BeginTransactionAsync();
            var result = await appender.AppendAsync(connection, transaction, batch, CancellationToken.None);
            await transaction.CommitAsync();
            if (result.AppendedCount != batch.Length) throw new InvalidOperationException("Not all were new.");
        });
    }

    private static async Task<double> CopyAsync(NpgsqlDataSource database, ScanEventToAppend[] events, int size)
    {
        await using var connection = await database.OpenConnectionAsync();
        var sequence = await ReserveAsync(connection, events.Length);
        return await MeasureAsync(events, size, async batch =>
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

    private static async Task<double> MeasureAsync(ScanEventToAppend[] events, int size, Func<ScanEventToAppend[], Task> write)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var batch in events.Chunk(size)) await write(batch);
        return events.Length / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
