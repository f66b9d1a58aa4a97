using QrPlatform.Bi;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Query.Sources;
using QrPlatform.Reporting.Query.Visitors;

namespace QrPlatform.Reporting.Query;

/// <summary>Decides where a query's measures are read from: the cheapest rollup that gives exactly what the facts would give, else the facts.</summary>
/// <param name="quarterHours">Tells which time zones can be made of quarters of an hour.</param>
/// <param name="visitorScans">Scans in columns, from which distinct visitors are counted that no cells tell.</param>
internal sealed class QueryPlanner(QuarterHours quarterHours, VisitorScans visitorScans)
{
    /// <summary>The cheapest way.</summary>
    public async ValueTask<QueryChoice> ChooseAsync(ReaderSnapshot snapshot, QueryPlan plan, SnapshotPosition at, CancellationToken cancellationToken)
    {
        var passedOver = new List<PassedOver>();
        var alignedSince = await quarterHours.AlignedSinceAsync(snapshot, at.Zone, cancellationToken);
        var months = await MonthCover.FindAsync(snapshot, plan, at, alignedSince, cancellationToken);
        var journeys = await JourneysAsync(snapshot, plan, at, passedOver, cancellationToken);
        var ways = Ways(plan, at, snapshot.Scope, alignedSince, months, new InColumns(null, journeys), passedOver);
        if (ways.Any(HasCounted) || await VisitorsAsync(snapshot, plan, at, passedOver, cancellationToken) is not { } visitors) return new QueryChoice(ways[0], passedOver);
        return new QueryChoice(Ways(plan, at, snapshot.Scope, alignedSince, months, new InColumns(visitors, journeys), [])[0], passedOver);
    }

    /// <summary>Every way that gives the same exact answer, the cheapest first, the facts last.</summary>
    public async ValueTask<IReadOnlyList<IReadOnlyList<QueryPart>>> WaysAsync(ReaderSnapshot snapshot, QueryPlan plan, SnapshotPosition at, CancellationToken cancellationToken)
    {
        var alignedSince = await quarterHours.AlignedSinceAsync(snapshot, at.Zone, cancellationToken);
        var months = await MonthCover.FindAsync(snapshot, plan, at, alignedSince, cancellationToken);
        var inColumns = new InColumns(await VisitorsAsync(snapshot, plan, at, [], cancellationToken), await JourneysAsync(snapshot, plan, at, [], cancellationToken));
        return Ways(plan, at, snapshot.Scope, alignedSince, months, inColumns, []);
    }

    /// <summary>Everything from the rows themselves.</summary>
    public static IReadOnlyList<QueryPart> FromFacts(QueryPlan plan, SnapshotPosition at) =>
        [.. Measures(plan, at).GroupBy(measure => measure.Source).Select(group => new QueryPart(FactSource.Of(group.Key, at.OfPlacements), [.. group], []))];

    /// <summary>Nothing of the range is young enough that the clock could still change the value.</summary>
    public static bool HasSettled(Settling settles, SnapshotPosition at) => at.ToAt + TimeSpan.FromHours(settles.Hours) <= at.AsOf;

    /// <summary>Distinct visitors counted from scans in columns, where that helps and is exact.</summary>
    private async ValueTask<PartSource?> VisitorsAsync(
        ReaderSnapshot snapshot, QueryPlan plan, SnapshotPosition at, List<PassedOver> passedOver, CancellationToken cancellationToken)
    {
        var measures = OfEvents(FromFacts(plan, at));
        var counted = measures.Where(measure => measure.Cells != VisitorCells.None).ToList();
        if (counted.Count == 0 || NeedsRows(plan, measures) is not null) return null;
        var reason = VisitorScanChoice.Refuse(plan, at);
        if (reason is null)
        {
            (var tenant, var columns, reason) = await visitorScans.AtAsync(snapshot, cancellationToken);
            var returning = counted.Any(measure => measure.Cells == VisitorCells.Returning);
            if (columns is not null) return (await VisitorQuestion.OfAsync(snapshot, plan, at, tenant, cancellationToken)).Visitors(columns, returning);
        }

        passedOver.Add(new PassedOver("visitor_scans", reason));
        return null;
    }

    /// <summary>Journeys followed through scans and steps in columns, where that is exact: it is always cheaper than the facts.</summary>
    private async ValueTask<PartSource?> JourneysAsync(
        ReaderSnapshot snapshot, QueryPlan plan, SnapshotPosition at, List<PassedOver> passedOver, CancellationToken cancellationToken)
    {
        if (Measures(plan, at).All(measure => measure.Source != RowSource.Journey)) return null;
        var reason = plan.After is null ? VisitorScanChoice.Refuse(plan, at) : "sums that go on begin in the middle";
        if (reason is null)
        {
            (var tenant, var columns, reason) = await visitorScans.WithStepsAtAsync(snapshot, cancellationToken);
            if (columns is not null) return (await VisitorQuestion.OfAsync(snapshot, plan, at, tenant, cancellationToken)).Journeys(columns);
        }

        passedOver.Add(new PassedOver("visitor_journeys", reason));
        return null;
    }

    private static List<IReadOnlyList<QueryPart>> Ways(
        QueryPlan plan, SnapshotPosition at, ReaderScope scope, DateTime alignedSince, (MonthCover? Cover, string? Reason) months, InColumns inColumns, List<PassedOver> passedOver)
    {
        var facts = FromFacts(plan, at);
        var measures = OfEvents(facts);
        var others = facts.Where(part => !IsOfEvents(part)).Select(part => part.Source is JourneySource && inColumns.Journeys is { } own ? part with { Source = own } : part).ToList();
        List<IReadOnlyList<QueryPart>> last = inColumns.Journeys is null ? [facts] : [[.. facts.Where(IsOfEvents), .. others], facts];
        if (measures.Count == 0 || NeedsRows(plan, measures) is { } need && Pass("rollups", need)) return last;

        var counted = measures.Where(measure => measure.Cells != VisitorCells.None).ToList();
        var summed = measures.Except(counted).ToList();
        var ways = new List<IReadOnlyList<QueryPart>>();
        if (counted.Count == 0) AddWays([], []);
        else if (VisitorCellChoice.Choose(plan, at, scope, counted, alignedSince, out var reason) is not { } cells) Pass("visitor_cell", reason);
        // Which groups have scans without visitor, cells do not tell, but a rollup of scans does.
        else AddWays([new QueryPart(cells, counted, [])], plan.Dimensions.Count > 0 ? counted : []);
        if (inColumns.Visitors is { } visitors) AddWays([new QueryPart(visitors, counted, [])], []);
        return [.. ways, .. last];

        void AddWays(IReadOnlyList<QueryPart> countedParts, List<Measure> presences)
        {
            if (summed.Count == 0 && presences.Count == 0)
            {
                ways.Add([.. countedParts, .. others]);
                return;
            }

            if (months.Reason is { } reason) Pass("rollup_month", reason);
            foreach (var rollup in RollupSource.All)
            {
                if (RollupChoice.Refuse(rollup, plan, at, scope, alignedSince) is { } refusal && Pass(rollup.Name, refusal)) continue;
                foreach (var sums in rollup.IsDaily && months.Cover is { } cover ? [rollup.By(cover), rollup] : (RollupSource[])[rollup])
                    ways.Add([new QueryPart(sums, summed, presences), .. countedParts, .. others]);
            }
        }

        bool Pass(string name, string reason)
        {
            passedOver.Add(new PassedOver(name, reason));
            return true;
        }
    }

    private static bool IsOfEvents(QueryPart part) => part.Source is FactSource { IsOfEvents: true };

    private static bool HasCounted(IReadOnlyList<QueryPart> way) => !way.Any(IsOfEvents);

    private static List<Measure> OfEvents(IReadOnlyList<QueryPart> facts) => [.. facts.Where(IsOfEvents).SelectMany(part => part.Measures)];

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

/// <summary>What was counted before the statement, from scans and steps in columns; null where it was not.</summary>
internal sealed record InColumns(PartSource? Visitors, PartSource? Journeys);

/// <summary>Where a query's measures are read from.</summary>
/// <param name="Parts">The sources.</param>
/// <param name="PassedOver">Cheaper sources that would not have been exact.</param>
internal sealed record QueryChoice(IReadOnlyList<QueryPart> Parts, IReadOnlyList<PassedOver> PassedOver);

/// <summary>A source that cannot answer exactly.</summary>
/// <param name="Source">The source.</param>
/// <param name="Reason">Why not.</param>
internal sealed record PassedOver(string Source, string Reason);
