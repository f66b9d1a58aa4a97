using System.Diagnostics;
using QrPlatform.Projection.Advances;
using QrPlatform.ServiceDefaults.Telemetry;

namespace QrPlatform.Projection.Freshness;

/// <summary>
/// Draws a committed page: a span of its own that links to the requests whose batches it completed, and in each such request's trace a span
/// from receipt to visibility that links back, because not every viewer finds a link from its far end. Positions and counts only: nothing here
/// is about a person.
/// </summary>
internal static class PageTrace
{
    public const string Page = "project page", Visible = "accepted to visible";

    public static void Draw(CommittedPage committed, IReadOnlyList<VisibleBatch> batches)
    {
        var requests = Requests(batches);
        var tags = new KeyValuePair<string, object?>[]
        {
            new("qrplatform.page.first", committed.Notice.First),
            new("qrplatform.page.last", committed.Notice.Position),
            new("qrplatform.page.batches", batches.Count),
            new("qrplatform.page.batch_events", batches.Sum(batch => batch.Events)),
        };
        using var page = ProjectionTelemetry.Source.StartActivity(
            Page, ActivityKind.Internal, default(ActivityContext), tags, RequestTraces.Links(requests.Select(request => request.Trace)), committed.Notice.StartedAt);
        if (page is null) return;
        page.SetEndTime(committed.At.UtcDateTime);

        foreach (var (trace, receivedAt) in requests)
        {
            using var visible = ProjectionTelemetry.Source.StartActivity(
                Visible, ActivityKind.Internal, trace, links: [new ActivityLink(page.Context)], startTime: receivedAt);
            visible?.SetEndTime(committed.At.UtcDateTime);
        }
    }

    /// <summary>The recorded requests, as many as a span may link to.</summary>
    private static List<(ActivityContext Trace, DateTimeOffset ReceivedAt)> Requests(IReadOnlyList<VisibleBatch> batches)
    {
        var requests = new List<(ActivityContext, DateTimeOffset)>();
        foreach (var batch in batches)
        {
            if (requests.Count == RequestTraces.MostLinks) break;
            if (RequestTraces.TryRead(batch.TraceParent) is { } trace) requests.Add((trace, batch.ReceivedAt));
        }

        return requests;
    }
}
