using QrPlatform.Bi;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Query.Sources;

namespace QrPlatform.Reporting.Query;

/// <summary>Decides where a query's measures are read from: the cheapest rollup that gives exactly what the facts would give, else the facts.</summary>
/// <param name="quarterHours">Tells which time zones can be made of quarters of an hour.</param>
internal sealed class QueryPlanner(QuarterHours quarterHours)
{
    /// <summary>The cheapest way.</summary>
    public async ValueTask<QueryChoice> ChooseAsync(ReaderSnapshot snapshot, QueryPlan plan, SnapshotPosition at, CancellationToken cancellationToken)
    {
        var passedOver = new List<PassedOver>();
        var ways = Ways(plan, at, snapshot.Scope, await quarterHours.AlignedSinceAsync(snapshot, at.Zone, cancellationToken), passedOver);
        return new QueryChoice(ways[0], passedOver);
    }

    /// <summary>Every way that gives the same exact answer, the cheapest first, the facts last.</summary>
    public async ValueTask<IReadOnlyList<IReadOnlyList<QueryPart>>> WaysAsync(ReaderSnapshot snapshot, QueryPlan plan, SnapshotPosition at, CancellationToken cancellationToken) =>
        Ways(plan, at, snapshot.Scope, await quarterHours.AlignedSinceAsync(snapshot, at.Zone, cancellationToken), []);

    /// <summary>Everything from the rows themselves.</summary>
    public static IReadOnlyList<QueryPart> FromFacts(QueryPlan plan, SnapshotPosition at) =>
        [.. Measures(plan, at).GroupBy(measure => measure.Source).Select(group => new QueryPart(FactSource.Of(group.Key), [.. group], []))];

    /// <summary>Nothing of the range is young enough that the clock could still change the value.</summary>
    public static bool HasSettled(Settling settles, SnapshotPosition at) => at.ToAt + TimeSpan.FromHours(settles.Hours) <= at.AsOf;

    private static List<IReadOnlyList<QueryPart>> Ways(QueryPlan plan, SnapshotPosition at, ReaderScope scope, DateTime alignedSince, List<PassedOver> passedOver)
    {
        var facts = FromFacts(plan, at);
        var measures = facts.Where(part => part.Source == FactSource.Events).SelectMany(part => part.Measures).ToList();
        var others = facts.Where(part => part.Source != FactSource.Events).ToList();
        if (measures.Count == 0 || NeedsRows(plan, measures) is { } need && Pass("rollups", need)) return [facts];

        var counted = measures.Where(measure => measure.Cells != VisitorCells.None).ToList();
        var summed = measures.Except(counted).ToList();
        var fromCells = new List<QueryPart>();
        if (counted.Count > 0)
        {
            if (VisitorCellChoice.Choose(plan, at, scope, counted, alignedSince, out var reason) is not { } cells)
            {
                Pass("visitor_cell", reason);
                return [facts];
            }

            fromCells.Add(new QueryPart(cells, counted, []));
        }

        // Which groups have scans without visitor, only a rollup of scans tells.
        var presences = plan.Dimensions.Count > 0 ? counted : [];
        if (summed.Count == 0 && presences.Count == 0) return [[.. fromCells, .. others], facts];

        var ways = new List<IReadOnlyList<QueryPart>>();
        foreach (var rollup in RollupSource.All)
        {
            if (RollupChoice.Refuse(rollup, plan, at, alignedSince) is { } refusal) Pass(rollup.Name, refusal);
            else ways.Add([new QueryPart(rollup, summed, presences), .. fromCells, .. others]);
        }

        return [.. ways, facts];

        bool Pass(string name, string reason)
        {
            passedOver.Add(new PassedOver(name, reason));
            return true;
        }
    }

    // What is in no rollup needs a pass over the rows, in which the rest comes for nothing.
    private static string? NeedsRows(QueryPlan plan, List<Measure> measures)
    {
        if (plan.After is not null) return "sums that go on begin in the middle";
        var missing = measures.Where(measure => measure is { Rollup: null, Cells: VisitorCells.None }).Select(measure => measure.Name).ToList();
        return missing.Count == 0 ? null : $"{string.Join(", ", missing)} is in none";
    }

    /// <summary>What must be read: each measure once.</summary>
    private static IEnumerable<Measure> Measures(QueryPlan plan, SnapshotPosition at) =>
        plan.Metrics.SelectMany(metric => MeasuresOf(plan, metric, at)).Distinct();

    private static IEnumerable<Measure> MeasuresOf(QueryPlan plan, Metric metric, SnapshotPosition at)
    {
        if (plan.ByConversionType) return [metric.ByConversionType!];
        return metric.Settles is { } settles && HasSettled(settles, at) ? metric.Measures.Where(measure => measure != settles.Measure) : metric.Measures;
    }
}

/// <summary>Where a query's measures are read from.</summary>
/// <param name="Parts">The sources.</param>
/// <param name="PassedOver">Cheaper sources that would not have been exact.</param>
internal sealed record QueryChoice(IReadOnlyList<QueryPart> Parts, IReadOnlyList<PassedOver> PassedOver);

/// <summary>A source that cannot answer exactly.</summary>
/// <param name="Source">The source.</param>
/// <param name="Reason">Why not.</param>
internal sealed record PassedOver(string Source, string Reason);
