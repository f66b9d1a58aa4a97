using Npgsql;
using QrPlatform.Enrichment.Pipeline;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Enrichment.Erasure;

/// <summary>
/// Keeps events that are on their way from being appended after their person was erased. A batch may have resolved its subjects before the
/// erasure (also out of a cache of another process), so the append itself asks, in its transaction, under a shared lock; whoever raises the
/// fence takes the lock alone, and so waits for the appends that are under way. After that every event of the person is either in the store,
/// where the erasure finds it, or will be turned away here.
/// </summary>
internal sealed class ErasureFence(NpgsqlDataSource database, TimeProvider time)
{
    private const long LockId = 0x5152_4552_4153;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);
    private static readonly string FindSql = EmbeddedSql.Read<ErasureFence>("FindErasedSubjects.sql");
    private static readonly string RaiseSql = EmbeddedSql.Read<ErasureFence>("RaiseFence.sql");
    private static readonly string LowerSql = EmbeddedSql.Read<ErasureFence>("LowerOldFences.sql");

    /// <summary>
    /// The events whose subject is erased. Asked first in a transaction that appends: the lock is held until its end, and must be taken
    /// before any other, so that nobody who waits for it holds what others wait for.
    /// </summary>
    public async Task<IReadOnlyList<ScanDraft>> FindErasedAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<ScanDraft> drafts, CancellationToken cancellationToken)
    {
        var subjects = drafts.Select(draft => draft.Subject?.Id).OfType<Guid>().Distinct().ToArray();
        if (subjects.Length == 0) return [];

        // Two statements in one round trip: the second has a snapshot of its own, taken when the lock is held.
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select pg_advisory_xact_lock_shared({LockId})"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(FindSql) { Parameters = { new() { Value = subjects } } });
        var erased = new HashSet<Guid>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) erased.Add(reader.GetGuid(0));
        return erased.Count == 0 ? [] : [.. drafts.Where(draft => draft.Subject is { } subject && erased.Contains(subject.Id))];
    }

    /// <summary>Turns away the subjects' events from now on. When it returns, every append that was under way is committed or undone.</summary>
    public async Task RaiseAsync(IReadOnlyCollection<Guid> subjects, CancellationToken cancellationToken)
    {
        if (subjects.Count == 0) return;
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select pg_advisory_xact_lock({LockId})"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(RaiseSql) { Parameters = { new() { Value = subjects.ToArray() }, new() { Value = now } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LowerSql) { Parameters = { new() { Value = now - Kept } } });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
