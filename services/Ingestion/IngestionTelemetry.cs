using System.Diagnostics;
using QrPlatform.Ingestion.Dispatch;
using QrPlatform.ServiceDefaults.Telemetry;

namespace QrPlatform.Ingestion;

/// <summary>What the door tells of itself.</summary>
internal static class IngestionTelemetry
{
    public const string Name = "QrPlatform.Ingestion";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>
    /// The span of a message's publication, which the broker's spans and whatever consumes the message hang under. A publisher works for many
    /// requests: the span belongs to the first one's trace and links to the others'.
    /// </summary>
    public static Activity? StartPublishing(IReadOnlyList<PendingBatch> batches)
    {
        if (!Source.HasListeners()) return null;
        var traces = RequestTraces.Of(batches.Select(pending => pending.Content.Batch.TraceParent));
        return Source.StartActivity(
            "publish scans", ActivityKind.Internal, traces.Count > 0 ? traces[0] : default, links: RequestTraces.Links(traces.Skip(1)));
    }
}
