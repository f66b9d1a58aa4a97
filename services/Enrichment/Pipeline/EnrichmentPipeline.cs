using QrPlatform.Enrichment.Bots;
using QrPlatform.Enrichment.Sessions;
using QrPlatform.Enrichment.Steps;
using QrPlatform.Enrichment.Subjects;

namespace QrPlatform.Enrichment.Pipeline;

/// <summary>The steps, in their order, and how a message's events go through them.</summary>
internal sealed class EnrichmentPipeline
{
    public EnrichmentPipeline(BotList bots, SubjectResolver subjects, SessionStreams sessions, TimeProvider time, ILogger<EnrichmentPipeline> logger)
        : this(
            [
                // Nothing is done with an event that may not be kept; and whoever is erased is recognised before
                // a later step can put a copy into quarantine.
                EnrichmentStep.Each("text", 1, logger, RefuseUnstorableText.Apply),
                EnrichmentStep.Each("bots", 1, logger, draft => MarkBots.Apply(draft, bots)), // an unconsented scan is a person's
                EnrichmentStep.Each("consent", 1, logger, DecideConsent.Apply),
                EnrichmentStep.All("pseudonym", 1, subjects.ApplyAsync),
                EnrichmentStep.Each("money", 1, logger, ConvertMoney.Apply),
                EnrichmentStep.Each("campaign", 1, logger, ReadCampaign.Apply),
                EnrichmentStep.Each("geography", 1, logger, GeneralisePlace.Apply),
                EnrichmentStep.Each("device", 1, logger, ReadDevice.Apply),
                EnrichmentStep.Each("conversions", 1, logger, CountConversions.Apply),
                EnrichmentStep.All("session", 1, sessions.ApplyAsync),
                EnrichmentStep.Each("encryption", 1, logger, SealPersonalPart.Apply),
            ],
            time)
    {
    }

    internal EnrichmentPipeline(IReadOnlyList<EnrichmentStep> steps, TimeProvider time)
    {
        Steps = steps;
        Versions = [.. steps.Select(step => $"{step.Name}@{step.Version}")];
        _time = time;
    }

    private readonly TimeProvider _time;

    public IReadOnlyList<EnrichmentStep> Steps { get; }

    /// <summary>Such as <c>bots@1</c>; kept with every event.</summary>
    public IReadOnlyList<string> Versions { get; }

    /// <summary>Takes every event as far as it goes.</summary>
    public async Task RunAsync(IReadOnlyList<ScanDraft> drafts, CancellationToken cancellationToken)
    {
        foreach (var step in Steps)
        {
            drafts = drafts.All(draft => draft.End is null) ? drafts : [.. drafts.Where(draft => draft.End is null)];
            if (drafts.Count == 0) return;
            var started = _time.GetTimestamp();
            await step.ApplyAsync(drafts, cancellationToken);
            EnrichmentTelemetry.RecordStep(step.Name, _time.GetElapsedTime(started));
        }
    }
}
