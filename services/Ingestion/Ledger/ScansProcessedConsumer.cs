using MassTransit;
using Npgsql;
using QrPlatform.Contracts.Scans;
using QrPlatform.Ingestion.Quarantine;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Ingestion.Ledger;

/// <summary>Enters the outcome of batches into the ledger. It comes at least once, and before or after the door's own receipt.</summary>
internal sealed partial class ScansProcessedConsumer(NpgsqlDataSource database, QuarantineStore quarantine, ILogger<ScansProcessedConsumer> logger)
    : IConsumer<ScansProcessed>
{
    private static readonly string EnterOutcomes = EmbeddedSql.Read<ScansProcessedConsumer>("EnterOutcomes.sql");

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ScansProcessed> context)
    {
        var batches = context.Message.Batches.DistinctBy(batch => batch.BatchId).ToArray();
        await quarantine.KeepAsync(batches, context.CancellationToken);
        await EnterAsync(batches, context.CancellationToken);

        foreach (var batch in batches)
        {
            var outcomes = batch.Stored + batch.Duplicate + batch.Bot + batch.ConsentDenied + batch.Suppressed + batch.Quarantined + batch.Rejected;
            if (outcomes != batch.Received) Log.Unbalanced(logger, batch.BatchId, batch.Received, outcomes);
        }
    }

    private async Task EnterAsync(ProcessedBatch[] batches, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(EnterOutcomes);
        command.Parameters.Add(new() { Value = Array.ConvertAll(batches, batch => batch.BatchId) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(batches, batch => batch.TenantId) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(batches, batch => batch.Source) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(batches, batch => batch.ReceivedAt.ToUniversalTime()) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(batches, batch => batch.Received) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(batches, batch => batch.Rejected) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(batches, batch => batch.Stored) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(batches, batch => batch.Duplicate) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(batches, batch => batch.Bot) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(batches, batch => batch.ConsentDenied) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(batches, batch => batch.Suppressed) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(batches, batch => batch.Quarantined) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Batch {BatchId} received {Received} events but has {Outcomes} outcomes")]
        public static partial void Unbalanced(ILogger logger, Guid batchId, int received, int outcomes);
    }
}
