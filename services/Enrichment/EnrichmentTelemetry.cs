using System.Diagnostics;
using System.Diagnostics.Metrics;
using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.Pipeline;
using QrPlatform.ServiceDefaults.Telemetry;

namespace QrPlatform.Enrichment;

/// <summary>What enrichment tells of itself.</summary>
internal static class EnrichmentTelemetry
{
    public const string Name = "QrPlatform.Enrichment";

    private static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Outcomes =
        Meter.CreateCounter<long>("qrplatform.enrichment.events", "{event}", "Events by their outcome.");

    private static readonly Counter<long> Differing =
        Meter.CreateCounter<long>("qrplatform.enrichment.differing_duplicates", "{event}", "Duplicates whose content differs from the first.");

    private static readonly Histogram<double> Steps = Meter.CreateHistogram(
        "qrplatform.enrichment.step.duration",
        "s",
        "Time of a step over the events of one message.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5] });

    /// <summary>
    /// The span of a message's processing. It belongs to the trace that the message carries, which is that of its first request, and links to
    /// those of the others.
    /// </summary>
    public static Activity? StartProcessing(IReadOnlyList<ReceivedBatch> batches)
    {
        if (!Source.HasListeners()) return null;
        var traces = RequestTraces.Of(batches.Select(batch => batch.TraceParent));
        return Source.StartActivity("process scans", ActivityKind.Internal, default(ActivityContext), links: RequestTraces.Links(traces.Skip(1)));
    }

    public static void CountOutcome(ScanOutcome outcome, int events)
    {
        if (events > 0) Outcomes.Add(events, new KeyValuePair<string, object?>("outcome", outcome.ToString()));
    }

    public static void CountDiffering(int events)
    {
        if (events > 0) Differing.Add(events);
    }

    public static void RecordStep(string step, TimeSpan duration) =>
        Steps.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("step", step));
}
