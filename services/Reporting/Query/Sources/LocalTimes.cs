using QrPlatform.Bi;

namespace QrPlatform.Reporting.Query.Sources;

/// <summary>
/// Which local time a row's hours and days are of, in SQL: that of one time zone, or that of the placement of the row's code. A code's placement is
/// the one that <c>bi.dim_qr_code</c> names; without a zone of its own it has the tenant's, which is then <c>@zone</c>.
/// </summary>
internal static class LocalTimes
{
    /// <summary>What a query asks for instead of a zone's name.</summary>
    public const string OfPlacements = "placement";

    /// <summary>What refuses a question that has no answer then.</summary>
    public const string Refused = "not_in_placement_time";

    /// <summary>Begins a statement: the zones of codes by their ids, read once, so that finding one is no join.</summary>
    public const string Zones = "placement_zones as materialized (select jsonb_object_agg(z.qr_code_id, z.time_zone) as by_code from bi_query.code_zone z)";

    /// <summary>The zone of the code of a row <c>e</c>.</summary>
    public const string ZoneOfCode = "coalesce((select by_code from placement_zones) ->> e.qr_code_id, @zone)";

    // Further than any place's clock is from UTC.
    private static readonly TimeSpan Furthest = TimeSpan.FromHours(16);

    /// <summary>Instants between which the days are in every zone. Which row is within, its own day decides.</summary>
    public static (DateTime From, DateTime To) Around(DateOnly first, DateOnly last) =>
        (first.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) - Furthest, last.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc).AddDays(1) + Furthest);

    /// <summary>The metric does not depend on the instant at which the range begins, which is another one in each place.</summary>
    public static bool Knows(Metric metric) => metric.Measures.All(measure => measure.Where.All(condition => condition.Operand is not { IsRangeStart: true }));
}
