using QrPlatform.Bi;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Query.Sources;

namespace QrPlatform.Reporting.Query;

/// <summary>Whether a rollup's rows can be told apart and cut off as a query asks.</summary>
internal static class RollupChoice
{
    /// <summary>Why the rollup would not be exact, or null where it is.</summary>
    public static string? Refuse(RollupSource rollup, QueryPlan plan, SnapshotPosition at, ReaderScope scope, DateTime alignedSince)
    {
        if (at.OfPlacements && !rollup.IsDaily) return "it is not kept by code, nor by time zone";
        if (rollup.IsOfTenant && scope.Campaigns is not null) return "it is not kept by campaign";
        if (rollup.IsDaily && RefuseDays(at, alignedSince) is { } refusal) return refusal;
        if (!rollup.IsDaily && (at.FromAt < alignedSince || !IsQuarter(at.FromAt) || !IsQuarter(at.ToAt))) return "the range or the zone's clock does not keep to quarters of an hour";
        var unknown = Asked(plan).Where(dimension => !rollup.Knows(dimension)).Select(dimension => dimension.Name).Distinct().ToList();
        return unknown.Count == 0 ? null : $"it is not kept by {string.Join(", ", unknown)}";
    }

    /// <summary>Why sums by days of the tenant's calendar would not be exact, or null where they are.</summary>
    public static string? RefuseDays(SnapshotPosition at, DateTime alignedSince) =>
        at.OfPlacements ? "its days are not those of placements"
        : at.Zone != at.TenantZone ? $"its days are those of {at.TenantZone}"
        : !at.IsWholeDays ? "the range is not one of whole days"
        : at.FromAt < alignedSince ? "the zone's clock does not keep to quarters of an hour"
        : null;

    private static IEnumerable<Dimension> Asked(QueryPlan plan) => plan.Dimensions.Concat(plan.Filters.Select(filter => filter.Dimension));

    private static bool IsQuarter(DateTime instant) => instant.Ticks % TimeSpan.FromMinutes(15).Ticks == 0;
}
