using QrPlatform.Bi;

namespace QrPlatform.Reporting.Query.Sources;

/// <summary>Visitors on their first scan in the tenant, each once, and what they brought in from then on.</summary>
internal sealed class NewVisitorSource : GroupedSource
{
    private NewVisitorSource(FactSource events) : base("new_visitors", events)
    {
    }

    public static NewVisitorSource Instance { get; } = new(FactSource.Events);

    /// <summary>The same in the local time of placements.</summary>
    public static NewVisitorSource OfPlacements { get; } = new(FactSource.EventsOfPlacements);

    // Of scans at the same instant the one with the smaller id is the first, also where a filter leaves the other: filters come last.
    public override string Grouped(IReadOnlyList<string> keys, IReadOnlyList<string> conditions, IReadOnlyList<Measure> measures)
    {
        var firsts =
            $"""
            select distinct on (e.visitor) {Keys(keys)}e.visitor, e.occurred_at as started_at, {And(conditions.Skip(1).DefaultIfEmpty("true").ToList())} as is_kept
                from bi_query.event e
                where e.is_scan and e.visitor is not null and e.occurred_at = e.visitor_first_scan_at and ({InRange})
                order by e.visitor, e.event_id
            """;
        if (measures.All(measure => measure.Column is null)) return $"(select * from ({firsts}) f where f.is_kept)";
        return
            $"""
            (
                with first as materialized (select * from ({firsts}) f where f.is_kept)
                select first.*, paid.revenue_90d, paid.revenue_365d
                from first left join (
                  select f.visitor, sum(j.revenue) filter (where j.occurred_at < f.started_at + interval '2160 hours') as revenue_90d, sum(j.revenue) as revenue_365d
                  from first f join bi_query.step j on j.visitor = f.visitor and j.occurred_at >= f.started_at and j.occurred_at < f.started_at + interval '8760 hours'
                  where j.is_counted and j.revenue is not null and j.occurred_at >= @from and j.occurred_at < @to + interval '8760 hours'
                  group by 1) paid on paid.visitor = first.visitor)
            """;
    }
}
