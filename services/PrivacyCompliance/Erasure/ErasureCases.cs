using Marten;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.ErasedPersons;
using QrPlatform.Keys;
using QrPlatform.PrivacyCompliance.Audit;
using QrPlatform.PrivacyCompliance.Subjects;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.PrivacyCompliance.Erasure;

/// <summary>Opens cases, and finds them.</summary>
internal sealed class ErasureCases(IDocumentStore store, NpgsqlDataSource database, KeyDirectory keys, PersonHashes hashes, SelfApproval approval, TimeProvider time)
{
    private const string OpenPersonIndex = "erasure_cases_person";

    private static readonly string AddSql = EmbeddedSql.Read<ErasureCases>("AddCase.sql");
    private static readonly string SetStatusSql = EmbeddedSql.Read<ErasureCases>("SetStatus.sql");
    private static readonly string FindOpenSql = EmbeddedSql.Read<ErasureCases>("FindOpenCase.sql");
    private static readonly string ListSql = EmbeddedSql.Read<ErasureCases>("ListCases.sql");

    /// <summary>
    /// Opens a case for the visitor, known or not; the one that is open already, where there is one. Who it is for is kept sealed only.
    /// </summary>
    public async Task<ErasureCase> OpenAsync(string tenantId, string user, ErasureRequest request, CancellationToken cancellationToken)
    {
        var hash = hashes.Suppression(tenantId, PersonHashes.Visitor, hashes.Lookup(tenantId, request.VisitorId));
        if (await FindOpenAsync(tenantId, hash, cancellationToken) is { } open) return open;

        var caseId = Guid.NewGuid();
        var sealedPerson = CaseSecret.Create(keys, caseId).Seal(new ErasedPerson { VisitorId = request.VisitorId });
        try
        {
            await StartAsync(tenantId, user, request, caseId, hash, sealedPerson, cancellationToken);
        }
        catch (Exception exception) when (IsOpenAlready(exception))
        {
            // Somebody else was faster with the same person.
            CaseSecret.Destroy(keys, caseId);
            if (await FindOpenAsync(tenantId, hash, cancellationToken) is { } other) return other;
            throw;
        }

        return (await FindAsync(tenantId, caseId, cancellationToken))!;
    }

    /// <summary>The case; null where the tenant has none of this id.</summary>
    public async Task<ErasureCase?> FindAsync(string tenantId, Guid caseId, CancellationToken cancellationToken)
    {
        await using var session = store.QuerySession(tenantId);
        return await session.Events.AggregateStreamAsync<ErasureCase>(caseId, token: cancellationToken);
    }

    /// <summary>The newest cases.</summary>
    public async Task<IReadOnlyList<ErasureCase>> ListAsync(string tenantId, string? status, int limit, CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        await using (var list = database.CreateCommand(ListSql))
        {
            list.Parameters.Add(new() { Value = tenantId });
            list.Parameters.Add(new() { Value = (object?)status ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            list.Parameters.Add(new() { Value = limit });
            await using var reader = await list.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) ids.Add(reader.GetGuid(0));
        }

        var cases = new List<ErasureCase>(ids.Count);
        foreach (var id in ids)
        {
            if (await FindAsync(tenantId, id, cancellationToken) is { } found) cases.Add(found);
        }

        return cases;
    }

    /// <summary>Approves a case that waits for it, or resumes one that failed; false where neither is so.</summary>
    public async Task<bool> GoOnAsync(string tenantId, Guid caseId, string user, ErasureStatus from, CancellationToken cancellationToken)
    {
        await using var session = store.LightweightSession(tenantId);
        var stream = await session.Events.FetchForWriting<ErasureCase>(caseId, cancellationToken);
        if (stream.Aggregate is not { } found || found.Status != from) return false;
        var now = time.GetUtcNow();
        stream.AppendOne(from == ErasureStatus.Received ? new ErasureApproved(user, now) : new ErasureResumed(user, now));
        session.QueueSqlCommand(SetStatusSql, CaseNames.Of(ErasureStatus.Erasing), caseId);
        AuditLog.Add(session, now, user, from == ErasureStatus.Received ? "erasure.approve" : "erasure.resume", caseId, "accepted");
        await session.SaveChangesAsync(cancellationToken);
        return true;
    }

    private async Task StartAsync(
        string tenantId, string user, ErasureRequest request, Guid caseId, byte[] hash, byte[] sealedPerson, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var approves = approval.Of(tenantId);
        await using var session = store.LightweightSession(tenantId);
        var requested = new ErasureRequested(request.Reason, request.Reference, user, now, ErasureDeadline.Of(now));
        session.Events.StartStream(caseId, approves ? [requested, new ErasureApproved(AuditLog.Platform, now)] : [requested]);
        session.QueueSqlCommand(AddSql, caseId, tenantId, CaseNames.Of(approves ? ErasureStatus.Erasing : ErasureStatus.Received), now, hash, sealedPerson);
        AuditLog.Add(session, now, user, "erasure.request", caseId, "accepted");
        if (approves) AuditLog.Add(session, now, AuditLog.Platform, "erasure.approve", caseId, "accepted");
        await session.SaveChangesAsync(cancellationToken);
    }

    private async Task<ErasureCase?> FindOpenAsync(string tenantId, byte[] hash, CancellationToken cancellationToken)
    {
        await using var find = database.CreateCommand(FindOpenSql);
        find.Parameters.Add(new() { Value = tenantId });
        find.Parameters.Add(new() { Value = hash });
        return await find.ExecuteScalarAsync(cancellationToken) is Guid caseId ? await FindAsync(tenantId, caseId, cancellationToken) : null;
    }

    private static bool IsOpenAlready(Exception? exception) =>
        exception is PostgresException { ConstraintName: OpenPersonIndex } || (exception?.InnerException is { } inner && IsOpenAlready(inner));
}
