using Npgsql;
using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.Erasure;
using QrPlatform.Enrichment.EventStore;
using QrPlatform.Enrichment.Pipeline;
using QrPlatform.Enrichment.Subjects;

namespace QrPlatform.Enrichment.Scans;

/// <summary>
/// Processes the batches of one message once, however often it is delivered: events, remembered ids and the batches' outcomes are
/// written in one transaction, and a batch that has an outcome is answered with it.
/// </summary>
internal sealed class ProcessScans(
    NpgsqlDataSource database,
    BatchReader reader,
    EnrichmentPipeline pipeline,
    StoredForm storedForm,
    IScanEventAppender appender,
    UnstoredIds unstoredIds,
    ProcessedBatches processedBatches,
    ErasureFence fence,
    SubjectResolver subjects)
{
    // Each round ends in a lost race or at the fence of an erasure: both are rare, and neither comes back by itself.
    private const int MostRounds = 20;

    /// <summary>Returns the outcome of every batch, in the message's order.</summary>
    public async Task<ScansProcessed> HandleAsync(ScansReceived message, CancellationToken cancellationToken)
    {
        using var activity = EnrichmentTelemetry.StartProcessing(message.Batches);
        for (var round = 0; ; round++)
        {
            if (round == MostRounds) throw new InvalidOperationException("The batches of a message met another obstacle in every round: subjects are fenced off that privacy-compliance still gives out.");
            var outcomes = await processedBatches.FindAsync(message.Batches.Select(batch => batch.BatchId), cancellationToken);
            var work = message.Batches.Where(batch => !outcomes.ContainsKey(batch.BatchId)).DistinctBy(batch => batch.BatchId).ToArray();

            if (work.Length > 0)
            {
                // A lost race shows when the outcomes are to be recorded: then somebody else's are there to be found. So does an erasure
                // that came in between, at the fence.
                if (await ProcessAsync(work, cancellationToken) is not { } processed) continue;
                processed.ForEach(batch => outcomes.Add(batch.BatchId, batch));
            }

            return new ScansProcessed { Batches = [.. message.Batches.Select(batch => outcomes[batch.BatchId])] };
        }
    }

    private async Task<List<ProcessedBatch>?> ProcessAsync(ReceivedBatch[] batches, CancellationToken cancellationToken)
    {
        var opened = new List<OpenedBatch>(batches.Length);
        foreach (var batch in batches) opened.Add(await reader.OpenAsync(batch, cancellationToken));

        // Of several events with one id the first counts; the others need no work at all.
        var firsts = opened.SelectMany(batch => batch.Drafts).DistinctBy(draft => (draft.Tenant.TenantId, draft.Source.EventId)).ToList();
        await pipeline.RunAsync(firsts, cancellationToken);
        return await CommitAsync(opened, firsts, cancellationToken);
    }

    private async Task<List<ProcessedBatch>?> CommitAsync(List<OpenedBatch> opened, List<ScanDraft> firsts, CancellationToken cancellationToken)
    {
        var stored = new List<ScanDraft>(firsts.Count);
        var events = new List<ScanEventToAppend>(firsts.Count);
        var unstored = new List<ScanDraft>();
        foreach (var draft in firsts)
        {
            if (storedForm.Of(draft) is not { } form)
            {
                unstored.Add(draft);
                continue;
            }

            stored.Add(draft);
            events.Add(form);
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await fence.FindErasedAsync(connection, transaction, firsts, cancellationToken) is { Count: > 0 } erased)
        {
            // Somebody was erased after the subject was resolved: resolved again, the events are suppressed.
            foreach (var draft in erased) subjects.Forget(draft);
            return null;
        }

        var appended = await appender.AppendAsync(connection, transaction, events, cancellationToken);
        var isNew = stored.Where((_, index) => appended.IsNew(index)).ToHashSet();
        isNew.UnionWith(await unstoredIds.AddAsync(connection, transaction, unstored, cancellationToken));

        var tallies = opened.ConvertAll(batch => Tally(batch, isNew));
        var processed = tallies.ConvertAll(tally => tally.ToProcessed());
        var traceParents = opened.ConvertAll(batch => batch.Batch.TraceParent);
        if (!await processedBatches.TryAddAsync(connection, transaction, processed, traceParents, appended.LastSequence, cancellationToken)) return null;
        await transaction.CommitAsync(cancellationToken);

        foreach (var outcome in Enum.GetValues<ScanOutcome>()) EnrichmentTelemetry.CountOutcome(outcome, tallies.Sum(tally => tally[outcome]));
        EnrichmentTelemetry.CountDiffering(appended.Outcomes.Count(outcome => outcome == AppendOutcome.KnownWithOtherContent));
        return processed;
    }

    private BatchTally Tally(OpenedBatch opened, HashSet<ScanDraft> isNew)
    {
        var tally = new BatchTally(opened.Batch);
        if (opened.Whole is { } reason)
        {
            tally.Count(ScanOutcome.Quarantined, opened.Batch.Accepted);
            tally.Quarantine(BatchReader.QuarantineWhole(opened.Batch, reason));
        }

        foreach (var draft in opened.Drafts)
        {
            var outcome = isNew.Contains(draft) ? OutcomeOf(draft) : ScanOutcome.Duplicate;
            tally.Count(outcome);
            if (outcome == ScanOutcome.Quarantined) tally.Quarantine(reader.Quarantine(opened.Batch, draft));
        }

        return tally;
    }

    private static ScanOutcome OutcomeOf(ScanDraft draft) => draft switch
    {
        { End: { } reason } => reason.Outcome(),
        { IsBot: true } => ScanOutcome.Bot,
        _ => ScanOutcome.Stored,
    };
}
