using System.Diagnostics;

namespace QrPlatform.ServiceDefaults.Telemetry;

/// <summary>The traces of requests that one piece of work serves at once, from their <c>traceparent</c>s.</summary>
public static class RequestTraces
{
    /// <summary>Links that a span has at most: as many as OpenTelemetry's SDKs keep.</summary>
    public const int MostLinks = 128;

    /// <summary>The traces that were recorded, each once; what is no traceparent is passed over.</summary>
    public static IReadOnlyList<ActivityContext> Of(IEnumerable<string?> traceParents)
    {
        var traces = new List<ActivityContext>();
        foreach (var traceParent in traceParents.Distinct(StringComparer.Ordinal))
        {
            if (traces.Count == MostLinks) break;
            if (TryRead(traceParent) is { } trace) traces.Add(trace);
        }

        return traces;
    }

    /// <summary>The trace, or null where it is none or was not recorded.</summary>
    public static ActivityContext? TryRead(string? traceParent) =>
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var trace) && trace.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? trace : null;

    /// <summary>Links to them.</summary>
    public static IEnumerable<ActivityLink> Links(IEnumerable<ActivityContext> traces) => traces.Select(trace => new ActivityLink(trace));
}
