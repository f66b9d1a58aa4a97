using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using QrPlatform.Projection.Freshness;
using QrPlatform.Testing;

namespace QrPlatform.Enrichment.Tests.Freshness;

/// <summary>Every span of this process that ends, as exporters see it.</summary>
internal sealed class Spans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public Spans()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyList<Activity> Of(ActivityTraceId trace) => [.. _ended.Where(span => span.TraceId == trace)];

    /// <summary>The page that a span links to, and the others that link to a trace.</summary>
    public IReadOnlyList<Activity> LinkingTo(ActivityTraceId trace, string name) =>
        [.. _ended.Where(span => span.OperationName == name && span.Links.Any(link => link.Context.TraceId == trace))];

    /// <summary>Waits for a trace to be drawn to its end: until the page is there that made its request visible. The page ends last of what it draws.</summary>
    public async Task<Activity> VisibleAsync(ActivityTraceId trace)
    {
        await Eventually.TrueAsync(() => Task.FromResult(LinkingTo(trace, PageTrace.Page).Count > 0), $"a '{PageTrace.Page}' of the trace");
        return Of(trace).First(span => span.OperationName == PageTrace.Visible);
    }

    /// <summary>Waits for a span that is below <paramref name="ancestor"/>: a span ends before those that are above it, and may be here long before them.</summary>
    public Task<Activity> BelowAsync(ActivityContext ancestor, string name) => Eventually.ValueAsync(
        () => Task.FromResult(Of(ancestor.TraceId).FirstOrDefault(span => span.OperationName == name && IsBelow(span, ancestor.SpanId))),
        $"the span '{name}' below the request");

    /// <summary>Whether <paramref name="span"/> is below <paramref name="ancestor"/>, through spans that are here.</summary>
    private bool IsBelow(Activity span, ActivitySpanId ancestor)
    {
        var byId = Of(span.TraceId).ToDictionary(one => one.SpanId);
        for (var parent = span.ParentSpanId; parent != default; parent = byId.TryGetValue(parent, out var next) ? next.ParentSpanId : default)
        {
            if (parent == ancestor) return true;
        }

        return false;
    }

    /// <summary>All that a span tells.</summary>
    public static string Text(Activity span)
    {
        var text = new StringBuilder().AppendLine(span.DisplayName).AppendLine(span.OperationName).AppendLine(span.TraceStateString);
        foreach (var (key, value) in span.TagObjects) text.AppendLine(null, $"{key}={value}");
        foreach (var (key, value) in span.Baggage) text.AppendLine(null, $"{key}={value}");
        foreach (var happened in span.Events)
        {
            text.AppendLine(happened.Name);
            foreach (var (key, value) in happened.Tags) text.AppendLine(null, $"{key}={value}");
        }

        foreach (var (key, value) in span.Links.SelectMany(link => link.Tags ?? [])) text.AppendLine(null, $"{key}={value}");
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();
}
