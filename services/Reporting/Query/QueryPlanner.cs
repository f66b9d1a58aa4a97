using QrPlatform.Bi;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Query.Sources;

namespace QrPlatform.Reporting.Query;

/// <summary>Decides where a query's measures are read from: the cheapest rollup that gives exactly what the facts would give, else the facts.</summary>
internal static class QueryPlanner
{
    /// <summary>Everything from the rows themselves.</summary>
    public static IReadOnlyList<QueryPart> FromFacts(QueryPlan plan, SnapshotPosition at) =>
        [.. Measures(plan, at).GroupBy(measure => measure.Source).Select(group => new QueryPart(FactSource.Of(group.Key), [.. group], []))];

    /// <summary>What must be read: each measure once.</summary>
    private static IEnumerable<Measure> Measures(QueryPlan plan, SnapshotPosition at) =>
        plan.Metrics.SelectMany(metric => MeasuresOf(plan, metric, at)).Distinct();

    private static IEnumerable<Measure> MeasuresOf(QueryPlan plan, Metric metric, SnapshotPosition at)
    {
        if (plan.ByConversionType) return [metric.ByConversionType!];
        return metric.Settles is { } settles && HasSettled(settles, at) ? metric.Measures.Where(measure => measure != settles.Measure) : metric.Measures;
    }

    /// <summary>Nothing of the range is young enough that the clock could still change the value.</summary>
    public static bool HasSettled(Settling settles, SnapshotPosition at) => at.ToAt + TimeSpan.FromHours(settles.Hours) <= at.AsOf;
}
