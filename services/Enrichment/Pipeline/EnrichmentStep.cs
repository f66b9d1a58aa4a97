using QrPlatform.ServiceDefaults.Messaging;

namespace QrPlatform.Enrichment.Pipeline;

/// <summary>A named, versioned step. The version changes whenever the same event would come out different.</summary>
internal abstract class EnrichmentStep(string name, int version)
{
    public string Name => name;

    public int Version => version;

    /// <summary>Works on the events of one message that still go on; sets <see cref="ScanDraft.End"/> where one ends.</summary>
    public abstract ValueTask ApplyAsync(IReadOnlyList<ScanDraft> drafts, CancellationToken cancellationToken);

    /// <summary>A pure step. A fault on one event puts that event into quarantine and no other.</summary>
    public static EnrichmentStep Each(string name, int version, ILogger logger, Func<ScanDraft, StepResult> apply) => new EachStep(name, version, logger, apply);

    /// <summary>A step that asks somebody, once for all events.</summary>
    public static EnrichmentStep All(string name, int version, Func<IReadOnlyList<ScanDraft>, CancellationToken, ValueTask> apply) => new AllStep(name, version, apply);

    private sealed class EachStep(string name, int version, ILogger logger, Func<ScanDraft, StepResult> apply) : EnrichmentStep(name, version)
    {
        public override ValueTask ApplyAsync(IReadOnlyList<ScanDraft> drafts, CancellationToken cancellationToken)
        {
            foreach (var draft in drafts)
            {
                try
                {
                    draft.End = apply(draft).End;
                }
                catch (Exception exception) when (!Outage.IsOne(exception))
                {
                    // The exception's message may quote the event: only its type is told.
                    PipelineLog.StepFailed(logger, Name, exception.GetType().Name, draft.BatchId);
                    draft.End = EndReason.ProcessingFailed;
                }
            }

            return ValueTask.CompletedTask;
        }
    }

    private sealed class AllStep(string name, int version, Func<IReadOnlyList<ScanDraft>, CancellationToken, ValueTask> apply) : EnrichmentStep(name, version)
    {
        public override ValueTask ApplyAsync(IReadOnlyList<ScanDraft> drafts, CancellationToken cancellationToken) => apply(drafts, cancellationToken);
    }
}

internal static partial class PipelineLog
{
    [LoggerMessage(1, LogLevel.Error, "Step {Step} failed on an event of batch {BatchId} with {ExceptionType}; the event is quarantined")]
    public static partial void StepFailed(ILogger logger, string step, string exceptionType, Guid batchId);
}
