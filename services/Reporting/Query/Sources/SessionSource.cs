using QrPlatform.Bi;

namespace QrPlatform.Reporting.Query.Sources;

/// <summary>
/// Sessions on their attribution scan, with what happened in them until 24 hours later: scans, landing views and engagements. Conversions, money
/// and refunds are often reported by somebody else, days after the visitor left.
/// </summary>
internal sealed class SessionSource : GroupedSource
{
    private const string Longest = "interval '24 hours'";

    private SessionSource(FactSource events) : base("session_events", events)
    {
    }

    public static SessionSource Instance { get; } = new(FactSource.Events);

    /// <summary>The same in the local time of placements.</summary>
    public static SessionSource OfPlacements { get; } = new(FactSource.EventsOfPlacements);

    public override string Grouped(IReadOnlyList<string> keys, IReadOnlyList<string> conditions, IReadOnlyList<Measure> measures) =>
        $"""
        (
            with scan as materialized (
            select {Keys(keys)}e.seq_id, e.occurred_at as started_at from bi_query.event e where e.is_attribution and {And(conditions)}),
            session as (
            select s.seq_id, s.started_at, k.session_key from scan s
            join bi_query.step k on k.seq_id = s.seq_id and k.occurred_at = s.started_at and k.occurred_at >= @from and k.occurred_at < @to)
            select scan.*, held.interactions, held.session_seconds
            from scan join (
              select s.seq_id, count(*) as interactions, extract(epoch from max(j.occurred_at) - min(s.started_at)) as session_seconds
              from session s join bi_query.step j on j.session_key = s.session_key and j.occurred_at between s.started_at and s.started_at + {Longest}
              where (j.is_scan or j.is_counted and j.kind in ('LANDING_VIEW', 'ENGAGEMENT')) and j.occurred_at >= @from and j.occurred_at < @to + {Longest}
              group by 1) held on held.seq_id = scan.seq_id)
        """;
}
