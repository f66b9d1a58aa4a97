using Npgsql;
using QrPlatform.ErasedPersons;
using QrPlatform.Keys;
using QrPlatform.PrivacyCompliance.Subjects;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.PrivacyCompliance.Erasure;

/// <summary>
/// Takes a person out of the subjects: its record goes, and with it the only copy of its data key, and the list of the suppressed keeps it
/// from coming back. What later steps need of the record stays sealed in the case.
/// </summary>
internal sealed class SubjectErasure(
    NpgsqlDataSource database, KeyDirectory keys, PersonHashes hashes, SubjectRecords records, SchemaSearch search, TimeProvider time)
{
    /// <summary>Held alone by who erases, shared by who creates subjects: nobody is created after being suppressed.</summary>
    public const long LockId = 0x5152_5355_424A;

    private static readonly string SuppressSql = EmbeddedSql.Read<SubjectErasure>("Suppress.sql");
    private static readonly string DeleteSql = EmbeddedSql.Read<SubjectErasure>("DeleteSubjects.sql");
    private static readonly string CountSql = EmbeddedSql.Read<SubjectErasure>("CountSubjects.sql");
    private static readonly string ReadPersonSql = EmbeddedSql.Read<SubjectErasure>("ReadPerson.sql");
    private static readonly string KeepPersonSql = EmbeddedSql.Read<SubjectErasure>("KeepPerson.sql");

    /// <summary>Who the case is for.</summary>
    public async Task<ErasedPerson> PersonAsync(Guid caseId, CancellationToken cancellationToken)
    {
        await using var read = database.CreateCommand(ReadPersonSql);
        read.Parameters.Add(new() { Value = caseId });
        Secret(caseId, (byte[]?)await read.ExecuteScalarAsync(cancellationToken), out var person);
        return person;
    }

    /// <summary>Suppresses the visitor and deletes its record. A visitor that is not known is suppressed all the same: events of it may be on their way.</summary>
    public async Task<StepOutcome> EraseVisitorAsync(string tenantId, Guid caseId, CancellationToken cancellationToken)
    {
        var lookup = hashes.Lookup(tenantId, (await PersonAsync(caseId, cancellationToken)).VisitorId);
        var person = await EraseAsync(tenantId, caseId, PersonHashes.Visitor, [lookup], (kept, deleted) => deleted is [var record, ..]
            ? kept with { SubjectId = record.Id, Pseudonym = record.Pseudonym, DataKey = record.DataKey }
            : kept, cancellationToken);
        return StepOutcome.Of("subjects", person.SubjectId is null ? 0 : 1);
    }

    /// <summary>Suppresses the sessions that were found to be the visitor's alone, and deletes the records of their events without visitor.</summary>
    public async Task<StepOutcome> EraseSessionsAsync(string tenantId, Guid caseId, ErasedPerson found, CancellationToken cancellationToken)
    {
        var lookups = found.SessionIds.Select(session => hashes.Lookup(tenantId, session)).ToArray();
        var person = await EraseAsync(tenantId, caseId, PersonHashes.Session, lookups, (kept, deleted) => kept with
        {
            SessionIds = [.. kept.SessionIds.Union(found.SessionIds)],
            SessionStreams = [.. kept.SessionStreams.Union(found.SessionStreams)],
            SessionSubjects = [.. kept.SessionSubjects.Union(deleted.Select(record => record.Id))],
        }, cancellationToken);
        return new StepOutcome(new Dictionary<string, long> { ["sessions"] = person.SessionIds.Count, ["subjects"] = person.SessionSubjects.Count });
    }

    /// <summary>Searches schema <c>privacy</c>, and asks whether everybody who must be suppressed is; nothing is as it should be.</summary>
    public async Task<StepOutcome> SearchAsync(string tenantId, Guid caseId, CancellationToken cancellationToken)
    {
        var person = await PersonAsync(caseId, cancellationToken);
        var found = await search.FindAsync(PrivacyStore.Schema, person, cancellationToken);
        var visitor = hashes.Lookup(tenantId, person.VisitorId);
        var sessions = person.SessionIds.Select(session => hashes.Lookup(tenantId, session)).ToArray();
        await using var count = database.CreateCommand(CountSql);
        count.Parameters.Add(new() { Value = tenantId });
        count.Parameters.Add(new() { Value = visitor });
        count.Parameters.Add(new() { Value = sessions });
        count.Parameters.Add(new() { Value = Suppressions(tenantId, PersonHashes.Session, sessions).Append(hashes.Suppression(tenantId, PersonHashes.Visitor, visitor)).ToArray() });
        if ((long)(await count.ExecuteScalarAsync(cancellationToken))! is > 0 and var rows) found["subjects"] = rows;
        return new StepOutcome(found);
    }

    // One transaction: a crash leaves either all of it, or the record with its key. What is known already is read under the lock: the same
    // report may be worked on twice at once, and only one of them meets the records.
    private async Task<ErasedPerson> EraseAsync(
        string tenantId, Guid caseId, string kind, byte[][] lookups, Func<ErasedPerson, IReadOnlyList<DeletedSubject>, ErasedPerson> learn,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var batch = new NpgsqlBatch(connection, transaction))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"select pg_advisory_xact_lock({LockId})"));
            batch.BatchCommands.Add(new NpgsqlBatchCommand(SuppressSql)
            {
                Parameters = { new() { Value = tenantId }, new() { Value = Suppressions(tenantId, kind, lookups).ToArray() }, new() { Value = time.GetUtcNow() } },
            });
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var read = new NpgsqlCommand(ReadPersonSql, connection, transaction);
        read.Parameters.Add(new() { Value = caseId });
        var secret = Secret(caseId, (byte[]?)await read.ExecuteScalarAsync(cancellationToken), out var kept);
        var person = learn(kept, await DeleteAsync(connection, transaction, tenantId, kind, lookups, cancellationToken));
        await using var keep = new NpgsqlCommand(KeepPersonSql, connection, transaction);
        keep.Parameters.Add(new() { Value = caseId });
        keep.Parameters.Add(new() { Value = secret.Seal(person) });
        await keep.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return person;
    }

    private CaseSecret Secret(Guid caseId, byte[]? box, out ErasedPerson person)
    {
        if (box is null || CaseSecret.Find(keys, caseId) is not { } secret)
            throw new InvalidOperationException($"The key of erasure case {caseId} is not in the key directory, or the case is completed. Restore the key from your key backup, or ask for the erasure again.");
        person = secret.Open(box);
        return secret;
    }

    private async Task<List<DeletedSubject>> DeleteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string tenantId, string kind, byte[][] lookups, CancellationToken cancellationToken)
    {
        await using var delete = new NpgsqlCommand(DeleteSql, connection, transaction);
        delete.Parameters.Add(new() { Value = tenantId });
        delete.Parameters.Add(new() { Value = kind });
        delete.Parameters.Add(new() { Value = lookups });
        var deleted = new List<DeletedSubject>();
        await using var reader = await delete.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            deleted.Add(new DeletedSubject(id, reader.GetGuid(1), records.Unwrap(id, reader.GetInt32(2), reader.GetFieldValue<byte[]>(3))));
        }

        return deleted;
    }

    private IEnumerable<byte[]> Suppressions(string tenantId, string kind, byte[][] lookups) =>
        lookups.Select(lookup => hashes.Suppression(tenantId, kind, lookup));

    private sealed record DeletedSubject(Guid Id, Guid Pseudonym, byte[] DataKey);
}
