using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace QrPlatform.Benchmarks.Measuring;

/// <summary>
/// The machine's limit that goals are stated against: one connection that COPYs real events into an empty copy of the event table, 1000 rows
/// in a transaction. Measured before and after each round, because the machine is never the same twice.
/// </summary>
internal sealed class CopyLimit
{
    private const int RowsPerTransaction = 1000, Samples = 2000;

    private readonly NpgsqlDataSource _database;
    private readonly IReadOnlyList<Sample> _samples;

    private CopyLimit(NpgsqlDataSource database, IReadOnlyList<Sample> samples) => (_database, _samples) = (database, samples);

    private sealed record Sample(string StreamId, string Data, string Type, string TenantId, string? DotNetType);

    /// <summary>Takes its rows from the events that are in the store.</summary>
    public static async Task<CopyLimit> CreateAsync(NpgsqlDataSource database)
    {
        await using (var create = database.CreateCommand("create table if not exists public.calibration (like events.mt_events including all)"))
            await create.ExecuteNonQueryAsync();
        var samples = new List<Sample>();
        await using var read = database.CreateCommand(
            $"select stream_id, data::text, type, tenant_id, mt_dotnet_type from events.mt_events order by seq_id desc limit {Samples}");
        await using var reader = await read.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            samples.Add(new Sample(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetString(4)));
        return samples.Count > 0 ? new CopyLimit(database, samples) : throw new InvalidOperationException("The store has no events to take rows from.");
    }

    /// <summary>Average bytes of an event's JSON.</summary>
    public double JsonBytes => _samples.Average(sample => System.Text.Encoding.UTF8.GetByteCount(sample.Data));

    /// <summary>Rows per second.</summary>
    public async Task<double> MeasureAsync(TimeSpan? atLeast = null)
    {
        var duration = atLeast ?? TimeSpan.FromSeconds(4);
        await using var connection = await _database.OpenConnectionAsync();
        await ExecuteAsync(connection, "truncate public.calibration");
        await ExecuteAsync(connection, "checkpoint");
        var rows = 0L;
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await CopyAsync(connection, rows);
            await transaction.CommitAsync();
            rows += RowsPerTransaction;
        }

        var rate = rows / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await ExecuteAsync(connection, "truncate public.calibration");
        return rate;
    }

    private async Task CopyAsync(NpgsqlConnection connection, long first)
    {
        await using var writer = await connection.BeginBinaryImportAsync(
            "copy public.calibration (seq_id, id, stream_id, version, data, type, tenant_id, mt_dotnet_type) from stdin (format binary)");
        for (var row = first; row < first + RowsPerTransaction; row++)
        {
            var sample = _samples[(int)(row % _samples.Count)];
            await writer.StartRowAsync();
            await writer.WriteAsync(row + 1, NpgsqlDbType.Bigint);
            await writer.WriteAsync(Guid.NewGuid(), NpgsqlDbType.Uuid);
            await writer.WriteAsync(sample.StreamId, NpgsqlDbType.Varchar);
            await writer.WriteAsync(row + 1, NpgsqlDbType.Bigint);
            await writer.WriteAsync(sample.Data, NpgsqlDbType.Jsonb);
            await writer.WriteAsync(sample.Type, NpgsqlDbType.Varchar);
            await writer.WriteAsync(sample.TenantId, NpgsqlDbType.Varchar);
            if (sample.DotNetType is null) await writer.WriteNullAsync();
            else await writer.WriteAsync(sample.DotNetType, NpgsqlDbType.Varchar);
        }

        await writer.CompleteAsync();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }
}
