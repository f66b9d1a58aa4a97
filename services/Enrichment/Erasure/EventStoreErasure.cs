using Marten;
using Npgsql;
using QrPlatform.ErasedPersons;
using QrPlatform.Events;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Enrichment.Erasure;

/// <summary>
/// Takes a person out of the event store: events lose their personal part, visitor and coordinates in place and stay; the log says so with
/// <see cref="VisitorErased"/>, in the same transaction. Doing it again finds nothing to do.
/// </summary>
internal sealed class EventStoreErasure(IDocumentStore store, NpgsqlDataSource database, PersonEvents persons, UnprocessedCopies copies, ErasureFence fence)
{
    // One stored event of some ten kilobytes.
    private const int EventsPerMark = 2000;

    private static readonly string MaskSql = EmbeddedSql.Read<EventStoreErasure>("MaskEvents.sql");
    private static readonly string CopyStreamSql = EmbeddedSql.Read<EventStoreErasure>("CopyStream.sql");
    private static readonly string MoveEventsSql = EmbeddedSql.Read<EventStoreErasure>("MoveEvents.sql");
    private static readonly string DropStreamSql = EmbeddedSql.Read<EventStoreErasure>("DropStream.sql");
    private static readonly string ForgetSessionsSql = EmbeddedSql.Read<EventStoreErasure>("ForgetSessions.sql");
    private static readonly string AddCountsSql = EmbeddedSql.Read<EventStoreErasure>("AddCounts.sql");
    private static readonly string ReadCountsSql = EmbeddedSql.Read<EventStoreErasure>("ReadCounts.sql");

    /// <summary>Lets nothing more of the person in, and finds its sessions, so that they can be suppressed.</summary>
    public async Task<StepOutcome> FindSessionsAsync(string tenantId, ErasedPerson person, CancellationToken cancellationToken)
    {
        if (person.SubjectId is { } subject) await fence.RaiseAsync([subject], cancellationToken);
        var found = await persons.WithSessionsAsync(tenantId, person, cancellationToken);
        return new StepOutcome(new Dictionary<string, long> { ["sessions"] = found.SessionStreams.Count }, found);
    }

    /// <summary>Masks the person's events, and those of its sessions; returns what this erasure has done in all its attempts.</summary>
    public async Task<StepOutcome> EraseAsync(string tenantId, ErasedPerson person, CaseSecret secret, CancellationToken cancellationToken)
    {
        await fence.RaiseAsync(person.SessionSubjects, cancellationToken);
        long[] own = [.. (await persons.OwnAsync(tenantId, person, cancellationToken)).Select(one => one.Sequence)];
        long[] anonymous = [.. (await persons.AnonymousAsync(tenantId, person, cancellationToken)).Except(own)];
        var batches = await copies.WithoutAsync(tenantId, person, cancellationToken);

        await using (var session = store.LightweightSession(tenantId))
        {
            session.QueueSqlCommand(MaskSql, tenantId, own.Concat(anonymous).ToArray());
            if (person.Pseudonym is { } pseudonym) GiveAnotherKey(session, tenantId, StreamKeys.Of(StreamKeys.Visitor, pseudonym));
            session.QueueSqlCommand(ForgetSessionsSql, tenantId, person.SessionStreams.ToArray());
            foreach (var (batchId, remaining, _) in batches) KeepOnly(session, batchId, remaining);
            session.QueueSqlCommand(AddCountsSql, secret.MarkId, (long)own.Length, (long)anonymous.Length, batches.Sum(batch => (long)batch.Removed));
            Tell(session, secret.MarkId, own, anonymous);
            await session.SaveChangesAsync(cancellationToken);
        }

        return new StepOutcome(await CountsAsync(secret.MarkId, cancellationToken));
    }

    // A visitor without source sessions has a stream whose key is the pseudonym.
    private static void GiveAnotherKey(IDocumentSession session, string tenantId, string stream)
    {
        var other = StreamKeys.Of(StreamKeys.Visitor, Guid.NewGuid());
        session.QueueSqlCommand(CopyStreamSql, other, tenantId, stream);
        session.QueueSqlCommand(MoveEventsSql, other, tenantId, stream);
        session.QueueSqlCommand(DropStreamSql, tenantId, stream);
    }

    private static void KeepOnly(IDocumentSession session, Guid batchId, string? remaining)
    {
        if (remaining is null) session.QueueSqlCommand("update events.processed_batches set quarantine = null where batch_id = ?", batchId);
        else session.QueueSqlCommand("update events.processed_batches set quarantine = ?::jsonb where batch_id = ?", remaining, batchId);
    }

    // The lowest numbers first: by them the read models find what else of the visitor they hold, however far they have come.
    private static void Tell(IDocumentSession session, Guid erasure, long[] own, long[] anonymous)
    {
        var marks = own.Chunk(EventsPerMark).Select(events => new VisitorErased { Erasure = erasure, Events = events, Anonymous = [] })
            .Concat(anonymous.Chunk(EventsPerMark).Select(events => new VisitorErased { Erasure = erasure, Events = [], Anonymous = events }))
            .ToArray();
        if (marks.Length > 0) session.Events.Append(StreamKeys.Of(StreamKeys.Erasure, erasure), marks);
    }

    private async Task<Dictionary<string, long>> CountsAsync(Guid mark, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var read = database.CreateCommand(ReadCountsSql);
        read.Parameters.Add(new() { Value = mark });
        await using var reader = await read.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) counts.Add(reader.GetString(0), reader.GetInt64(1));
        return counts;
    }
}
