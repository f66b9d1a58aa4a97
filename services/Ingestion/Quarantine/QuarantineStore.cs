using Npgsql;
using QrPlatform.Contracts.Scans;
using QrPlatform.Ingestion.Erasure;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Ingestion.Quarantine;

/// <summary>Keeps copies; keeping one again changes nothing. Of an erased person none is kept.</summary>
internal sealed class QuarantineStore(NpgsqlDataSource database, ErasedPersonsList erased)
{
    private static readonly string KeepCopies = EmbeddedSql.Read<QuarantineStore>("KeepCopies.sql");

    /// <summary>Keeps what the door refused.</summary>
    public Task KeepAsync(IReadOnlyList<RejectedCopy> copies, CancellationToken cancellationToken) => KeepAsync("door", copies, cancellationToken);

    /// <summary>Keeps what enrichment could not process.</summary>
    public Task KeepAsync(IReadOnlyList<ProcessedBatch> batches, CancellationToken cancellationToken) => KeepAsync(
        "enrichment",
        [.. batches.SelectMany(batch => batch.Quarantine.Select((copy, index) => new RejectedCopy
        {
            BatchId = batch.BatchId,
            TenantId = batch.TenantId,
            Source = batch.Source,
            ReceivedAt = batch.ReceivedAt,
            Index = index,
            EventId = copy.EventId,
            Reasons = [copy.Reason],
            TransitKeyId = copy.TransitKeyId,
            SealedEvent = copy.SealedEvent,
            IsCut = false,
        }))],
        cancellationToken);

    private async Task KeepAsync(string stage, IReadOnlyList<RejectedCopy> copies, CancellationToken cancellationToken)
    {
        if (copies.Count == 0) return;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        copies = await erased.WithoutErasedAsync(connection, transaction, copies, cancellationToken);
        await using var command = new NpgsqlCommand(KeepCopies, connection, transaction);
        command.Parameters.Add(new() { Value = stage });
        command.Parameters.Add(new() { Value = copies.Select(copy => copy.BatchId).ToArray() });
        command.Parameters.Add(new() { Value = copies.Select(copy => copy.Index).ToArray() });
        command.Parameters.Add(new() { Value = copies.Select(copy => copy.TenantId).ToArray() });
        command.Parameters.Add(new() { Value = copies.Select(copy => copy.Source).ToArray() });
        command.Parameters.Add(new() { Value = copies.Select(copy => copy.EventId).ToArray() });
        command.Parameters.Add(new() { Value = copies.Select(copy => string.Join('\n', copy.Reasons)).ToArray() });
        command.Parameters.Add(new() { Value = copies.Select(copy => copy.ReceivedAt.ToUniversalTime()).ToArray() });
        command.Parameters.Add(new() { Value = copies.Select(copy => copy.TransitKeyId).ToArray() });
        command.Parameters.Add(new() { Value = copies.Select(copy => copy.SealedEvent).ToArray() });
        command.Parameters.Add(new() { Value = copies.Select(copy => copy.IsCut).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
