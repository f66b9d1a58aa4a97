using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.Contracts.Scans;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Enrichment.Scans;

/// <summary>The recorded outcomes of batches (<c>events.processed_batches</c>).</summary>
internal sealed class ProcessedBatches(NpgsqlDataSource database, TimeProvider time)
{
    private static readonly string FindSql = EmbeddedSql.Read<ProcessedBatches>("FindProcessedBatches.sql");
    private static readonly string AddSql = EmbeddedSql.Read<ProcessedBatches>("AddProcessedBatches.sql");

    /// <summary>Those of the batches that are processed already.</summary>
    public async Task<Dictionary<Guid, ProcessedBatch>> FindAsync(IEnumerable<Guid> batchIds, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, ProcessedBatch>();
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.AddWithValue("batch_ids", NpgsqlDbType.Array | NpgsqlDbType.Uuid, batchIds.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var batch = Read(reader);
            found.Add(batch.BatchId, batch);
        }

        return found;
    }

    /// <summary>Records outcomes; false where another process recorded one of them first, and the transaction must be rolled back.</summary>
    /// <param name="connection">The transaction's.</param>
    /// <param name="transaction">In which the batches' events were appended.</param>
    /// <param name="batches">The outcomes.</param>
    /// <param name="traceParents">Each batch's trace, in the order of <paramref name="batches"/>.</param>
    /// <param name="lastSequence">The highest number in the log that was given to an event of any of the batches.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<bool> TryAddAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<ProcessedBatch> batches, IReadOnlyList<string?> traceParents,
        long? lastSequence, CancellationToken cancellationToken)
    {
        await using var add = new NpgsqlCommand(AddSql, connection, transaction);
        Add("batch_ids", NpgsqlDbType.Uuid, batch => batch.BatchId);
        Add("tenants", NpgsqlDbType.Text, batch => batch.TenantId);
        Add("sources", NpgsqlDbType.Text, batch => batch.Source);
        Add("received_ats", NpgsqlDbType.TimestampTz, batch => batch.ReceivedAt.ToUniversalTime());
        Add("received", NpgsqlDbType.Integer, batch => batch.Received);
        Add("rejected", NpgsqlDbType.Integer, batch => batch.Rejected);
        Add("stored", NpgsqlDbType.Integer, batch => batch.Stored);
        Add("duplicate", NpgsqlDbType.Integer, batch => batch.Duplicate);
        Add("bot", NpgsqlDbType.Integer, batch => batch.Bot);
        Add("consent_denied", NpgsqlDbType.Integer, batch => batch.ConsentDenied);
        Add("suppressed", NpgsqlDbType.Integer, batch => batch.Suppressed);
        Add("quarantined", NpgsqlDbType.Integer, batch => batch.Quarantined);
        Add("quarantines", NpgsqlDbType.Jsonb, batch => batch.Quarantine.Count == 0 ? null : JsonSerializer.Serialize(batch.Quarantine));
        Add("last_seq_ids", NpgsqlDbType.Bigint, batch => batch.Stored + batch.Bot + batch.ConsentDenied > 0 ? lastSequence : null);
        add.Parameters.AddWithValue("trace_parents", NpgsqlDbType.Array | NpgsqlDbType.Text, traceParents.ToArray());
        add.Parameters.AddWithValue("now", NpgsqlDbType.TimestampTz, time.GetUtcNow());
        return await add.ExecuteNonQueryAsync(cancellationToken) == batches.Count;

        void Add<T>(string name, NpgsqlDbType type, Func<ProcessedBatch, T> member) =>
            add.Parameters.AddWithValue(name, NpgsqlDbType.Array | type, batches.Select(member).ToArray());
    }

    private static ProcessedBatch Read(NpgsqlDataReader reader) => new()
    {
        BatchId = reader.GetGuid(0),
        TenantId = reader.GetString(1),
        Source = reader.GetString(2),
        ReceivedAt = reader.GetFieldValue<DateTimeOffset>(3),
        Received = reader.GetInt32(4),
        Rejected = reader.GetInt32(5),
        Stored = reader.GetInt32(6),
        Duplicate = reader.GetInt32(7),
        Bot = reader.GetInt32(8),
        ConsentDenied = reader.GetInt32(9),
        Suppressed = reader.GetInt32(10),
        Quarantined = reader.GetInt32(11),
        Quarantine = reader.IsDBNull(12) ? [] : JsonSerializer.Deserialize<List<QuarantinedEvent>>(reader.GetString(12))!,
    };
}
