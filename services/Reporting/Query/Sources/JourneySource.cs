using System.Text;
using QrPlatform.Bi;
using QrPlatform.Reporting.Query.Visitors;

namespace QrPlatform.Reporting.Query.Sources;

/// <summary>
/// The steps of visitors, in their order: from a visitor's first scan of a group in the range, each step is the first event of its kind at or
/// after the step before and within 30 days of that scan, whatever its campaign, place or device. Days are of 24 hours.
/// </summary>
internal sealed class JourneySource : GroupedSource
{
    private const string Window = "interval '720 hours'";

    // The step's column and the events that are one.
    internal static readonly (string Column, string Kind)[] Steps = [.. StepEvents.Kinds.Zip(["landed_at", "engaged_at", "lead_at", "customer_at"], (kind, column) => (column, kind))];

    private JourneySource(FactSource events) : base("journeys", events)
    {
    }

    public static JourneySource Instance { get; } = new(FactSource.Events);

    /// <summary>The same in the local time of placements.</summary>
    public static JourneySource OfPlacements { get; } = new(FactSource.EventsOfPlacements);

    public override string Grouped(IReadOnlyList<string> keys, IReadOnlyList<string> conditions, IReadOnlyList<Measure> measures)
    {
        var asked = measures.SelectMany(measure => measure.Where).Select(condition => condition.Column).ToHashSet();
        var steps = Steps.Take(Array.FindLastIndex(Steps, step => asked.Contains(step.Column)) + 1).ToList();
        var grouped = string.Concat(Enumerable.Range(1, keys.Count).Select(i => $"{i}, "));
        var starts =
            $"""
            select {Keys(keys)}e.visitor, min(e.occurred_at) as started_at, coalesce(min(e.campaign_id) <> max(e.campaign_id), false) as is_cross_campaign
                from bi_query.event e
                where e.is_scan and e.visitor is not null and {And(conditions)}
                group by {grouped}e.visitor
            """;
        if (steps.Count == 0) return $"({starts})";

        var sql = new StringBuilder(
            $"""
            (
                with start as materialized (select row_number() over () as id, s.* from ({starts}) s),
                step as materialized (
                select j.visitor, j.kind, j.occurred_at from bi_query.step j
                where j.is_counted and j.visitor is not null and j.kind in ({string.Join(", ", steps.Select(step => $"'{step.Kind}'"))})
                  and j.occurred_at >= @from and j.occurred_at < @to + {Window})
            """);
        var before = "start";
        foreach (var (column, kind) in steps)
        {
            sql.Append(
                $"""
                ,
                    {column} as (
                    select b.id, b.visitor, b.started_at, min(j.occurred_at) as at
                    from {before} b join step j on j.visitor = b.visitor and j.kind = '{kind}'
                      and j.occurred_at >= b.{(before == "start" ? "started_at" : "at")} and j.occurred_at <= b.started_at + {Window}
                    group by 1, 2, 3)
                """);
            before = column;
        }

        sql.Append("\n    select start.*, ").AppendJoin(", ", steps.Select(step => $"{step.Column}.at as {step.Column}")).Append("\n    from start");
        foreach (var (column, _) in steps) sql.Append($" left join {column} on {column}.id = start.id");
        return sql.Append(')').ToString();
    }
}
