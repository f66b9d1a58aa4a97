using Microsoft.Extensions.Logging.Abstractions;
using QrPlatform.Enrichment.Pipeline;

namespace QrPlatform.Enrichment.Tests.Pipeline;

public sealed class EnrichmentPipelineTests
{
    [Fact]
    public async Task An_ended_event_meets_no_further_step()
    {
        var met = new List<string>();
        var pipeline = Of(
            Step("first", draft => draft.Source.EventId == "a" ? EndReason.ConsentDenied : StepResult.Continue),
            Step("second", draft => { met.Add(draft.Source.EventId); return StepResult.Continue; }));
        var drafts = Drafts("a", "b");

        await pipeline.RunAsync(drafts, CancellationToken.None);

        Assert.Equal(["b"], met);
        Assert.Equal([EndReason.ConsentDenied, null], drafts.Select(draft => draft.End));
    }

    [Fact]
    public async Task A_fault_on_one_event_quarantines_that_event_only()
    {
        var pipeline = Of(Step("broken", draft => draft.Source.EventId == "b" ? throw new InvalidOperationException() : StepResult.Continue));
        var drafts = Drafts("a", "b", "c");

        await pipeline.RunAsync(drafts, CancellationToken.None);

        Assert.Equal([null, EndReason.ProcessingFailed, null], drafts.Select(draft => draft.End));
        Assert.Equal("processing_failed", drafts[1].End!.Value.Slug());
    }

    [Fact]
    public async Task An_outage_is_no_events_fault()
    {
        var pipeline = Of(Step("away", _ => throw new HttpRequestException("refused")));

        await Assert.ThrowsAsync<HttpRequestException>(() => pipeline.RunAsync(Drafts("a"), CancellationToken.None));
    }

    [Fact]
    public void Every_reason_has_a_name_and_an_outcome()
    {
        var names = Enum.GetValues<EndReason>().Select(reason => reason.Slug()).ToArray();

        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Equal(ScanOutcome.ConsentDenied, EndReason.ConsentDenied.Outcome());
        Assert.Equal(ScanOutcome.Suppressed, EndReason.Suppressed.Outcome());
        Assert.All(
            Enum.GetValues<EndReason>().Except([EndReason.ConsentDenied, EndReason.Suppressed]),
            reason => Assert.Equal(ScanOutcome.Quarantined, reason.Outcome()));
    }

    private static EnrichmentPipeline Of(params IReadOnlyList<EnrichmentStep> steps) => new(steps, TimeProvider.System);

    private static EnrichmentStep Step(string name, Func<ScanDraft, StepResult> apply) => EnrichmentStep.Each(name, 1, NullLogger.Instance, apply);

    private static ScanDraft[] Drafts(params string[] eventIds) => [.. eventIds.Select(id => Examples.Draft(Examples.Scan(id)))];
}
