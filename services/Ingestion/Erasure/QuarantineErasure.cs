using Npgsql;
using NpgsqlTypes;
using QrPlatform.ErasedPersons;
using QrPlatform.Keys;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Ingestion.Erasure;

/// <summary>
/// Removes a person's copies from the quarantine, and lets no new ones in. Nothing in clear tells whose a copy is, so each of the tenant's is
/// opened and looked into. The ledger keeps its counts.
/// </summary>
internal sealed class QuarantineErasure(NpgsqlDataSource database, KeyDirectory keys, ErasedPersonsList erased, SchemaSearch search)
{
    private static readonly string FindSql = EmbeddedSql.Read<QuarantineErasure>("FindCopies.sql");
    private static readonly string RemoveSql = EmbeddedSql.Read<QuarantineErasure>("RemoveCopies.sql");
    private static readonly string ReplaceSql = EmbeddedSql.Read<QuarantineErasure>("ReplaceCopy.sql");
    private static readonly string AddRemovedSql = EmbeddedSql.Read<QuarantineErasure>("AddRemoved.sql");

    /// <summary>Removes the copies; returns how many this erasure removed in all its attempts.</summary>
    public async Task<StepOutcome> EraseAsync(string tenantId, ErasedPerson person, CaseSecret secret, CancellationToken cancellationToken)
    {
        string[] ids = [person.VisitorId, .. person.SessionIds];
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (var entering = await connection.BeginTransactionAsync(cancellationToken))
        {
            await erased.EnterAsync(connection, entering, tenantId, ids, cancellationToken);
            await entering.CommitAsync(cancellationToken);
        }

        var touched = await FindAsync(connection, tenantId, ids, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RemoveAsync(connection, transaction, [.. touched.Where(copy => copy.Rest is null)], cancellationToken);
        foreach (var copy in touched.Where(copy => copy.Rest is not null)) await ReplaceAsync(connection, transaction, copy, cancellationToken);
        await using var count = new NpgsqlCommand(AddRemovedSql, connection, transaction);
        count.Parameters.Add(new() { Value = secret.MarkId });
        count.Parameters.Add(new() { Value = (long)touched.Count });
        var removed = (long)(await count.ExecuteScalarAsync(cancellationToken))!;
        await transaction.CommitAsync(cancellationToken);
        return StepOutcome.Of("copies", removed);
    }

    /// <summary>Searches every table, and inside of every copy; nothing is as it should be.</summary>
    public async Task<StepOutcome> SearchAsync(string tenantId, ErasedPerson person, CancellationToken cancellationToken)
    {
        var found = await search.FindAsync("ingestion", person, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var copies = await FindAsync(connection, tenantId, [person.VisitorId, .. person.SessionIds], cancellationToken);
        if (copies.Count > 0) found["sealed copies"] = copies.Count;
        return new StepOutcome(found);
    }

    private async Task<List<TouchedCopy>> FindAsync(NpgsqlConnection connection, string tenantId, string[] ids, CancellationToken cancellationToken)
    {
        var touched = new List<TouchedCopy>();
        await using var find = new NpgsqlCommand(FindSql, connection) { CommandTimeout = 600 };
        find.Parameters.Add(new() { Value = tenantId });
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (batchId, keyId) = (reader.GetGuid(0), reader.GetString(3));
            if (SealedCopies.Open(keys, keyId, reader.GetFieldValue<byte[]>(4), batchId) is not { } plain) continue;
            var rest = SealedCopies.Without(plain, ids);
            if (!ReferenceEquals(rest, plain)) touched.Add(new TouchedCopy(batchId, reader.GetString(1), reader.GetInt32(2), keyId, rest));
        }

        return touched;
    }

    private static async Task RemoveAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, TouchedCopy[] copies, CancellationToken cancellationToken)
    {
        await using var remove = new NpgsqlCommand(RemoveSql, connection, transaction);
        remove.Parameters.Add(new() { Value = Array.ConvertAll(copies, copy => copy.BatchId) });
        remove.Parameters.Add(new() { Value = Array.ConvertAll(copies, copy => copy.Stage) });
        remove.Parameters.Add(new() { Value = Array.ConvertAll(copies, copy => copy.Position) });
        await remove.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task ReplaceAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, TouchedCopy copy, CancellationToken cancellationToken)
    {
        var key = keys.GetOrCreate(KeyPurposes.Transit, copy.KeyId);
        await using var replace = new NpgsqlCommand(ReplaceSql, connection, transaction);
        replace.Parameters.Add(new() { Value = copy.BatchId });
        replace.Parameters.Add(new() { Value = copy.Stage });
        replace.Parameters.Add(new() { Value = copy.Position });
        replace.Parameters.Add(new() { Value = SealedBox.Seal(key, copy.Rest, copy.BatchId.ToByteArray(bigEndian: true)), NpgsqlDbType = NpgsqlDbType.Bytea });
        await replace.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed record TouchedCopy(Guid BatchId, string Stage, int Position, string KeyId, byte[]? Rest);
}
