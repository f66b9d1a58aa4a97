using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace QrPlatform.Projection.Freshness;

/// <summary>What the projection tells of itself.</summary>
internal static class ProjectionTelemetry
{
    public const string Name = "QrPlatform.Projection";

    /// <summary>The tag of every figure: a shard's identity, such as <c>Scans:All</c>.</summary>
    public const string ProjectionTag = "projection";

    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> Freshness = Meter.CreateHistogram(
        "qrplatform.projection.freshness",
        "s",
        "From an event's receipt at the door to the commit that made it visible, with all others of its message.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600, 86400],
        });

    public static void RecordFreshness(string projection, TimeSpan acceptedToVisible, int events)
    {
        if (!Freshness.Enabled) return;
        var seconds = Math.Max(0, acceptedToVisible.TotalSeconds); // the door's clock may be another
        for (var i = 0; i < events; i++) Freshness.Record(seconds, new KeyValuePair<string, object?>(ProjectionTag, projection));
    }
}
