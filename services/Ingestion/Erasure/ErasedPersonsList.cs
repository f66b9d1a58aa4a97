using System.Text;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.ErasedPersons;
using QrPlatform.Ingestion.Quarantine;
using QrPlatform.Keys;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Ingestion.Erasure;

/// <summary>
/// Keeps copies of erased persons' events out of the quarantine: those that were on their way when the person was erased, and those that the
/// door refuses later. Whoever keeps copies asks in the same transaction under a shared lock; whoever enters a person takes the lock alone.
/// </summary>
internal sealed class ErasedPersonsList(KeyDirectory keys)
{
    private const long LockId = 0x5152_5141_5253;

    private static readonly string FindSql = EmbeddedSql.Read<ErasedPersonsList>("FindErasedPersons.sql");
    private static readonly string AddSql = EmbeddedSql.Read<ErasedPersonsList>("AddErasedPersons.sql");

    /// <summary>The copies in which no erased person's id stands.</summary>
    public async Task<IReadOnlyList<RejectedCopy>> WithoutErasedAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<RejectedCopy> copies, CancellationToken cancellationToken)
    {
        var (owners, tenants, hashes) = (new List<int>(), new List<string>(), new List<byte[]>());
        for (var index = 0; index < copies.Count; index++)
        {
            foreach (var value in ValuesOf(copies[index]))
            {
                owners.Add(index);
                tenants.Add(copies[index].TenantId);
                hashes.Add(HashOf(copies[index].TenantId, value));
            }
        }

        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select pg_advisory_xact_lock_shared({LockId})"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(FindSql)
        {
            Parameters = { new() { Value = tenants.ToArray() }, new() { Value = hashes.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea } },
        });
        var erased = new HashSet<int>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) erased.Add(owners[reader.GetInt32(0)]);
        return erased.Count == 0 ? copies : [.. copies.Where((_, index) => !erased.Contains(index))];
    }

    /// <summary>Enters a person's ids; waits for those who keep copies at this moment.</summary>
    public async Task EnterAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string tenantId, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select pg_advisory_xact_lock({LockId})"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(AddSql)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = ids.Select(id => HashOf(tenantId, id)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea } },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private IEnumerable<string> ValuesOf(RejectedCopy copy) =>
        SealedCopies.Open(keys, copy.TransitKeyId, copy.SealedEvent, copy.BatchId) is { } plain
            ? SealedCopies.Values(Encoding.UTF8.GetString(plain)).Distinct(StringComparer.Ordinal)
            : [];

    private byte[] HashOf(string tenantId, string id) => SourceIdHash.Of(keys.GetOrCreate(KeyPurposes.QuarantineSuppression, tenantId), id);
}
