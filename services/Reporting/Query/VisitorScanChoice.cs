using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Query.Visitors;

namespace QrPlatform.Reporting.Query;

/// <summary>Whether distinct visitors can be counted from scans in columns: by what is kept of a scan, over whole quarters of an hour.</summary>
internal static class VisitorScanChoice
{
    // Each quarter of an hour is told by its time: eleven years of them.
    private const int MostQuarters = 400_000;

    /// <summary>Why not, or null where they can.</summary>
    public static string? Refuse(QueryPlan plan, SnapshotPosition at)
    {
        if (at.OfPlacements) return "it has one local time for all codes";
        if (!IsQuarter(at.FromAt) || !IsQuarter(at.ToAt)) return "the range does not keep to quarters of an hour";
        if ((at.ToAt - at.FromAt) / TimeSpan.FromMinutes(15) > MostQuarters) return "the range is longer than eleven years";
        var unknown = plan.Dimensions.Concat(plan.Filters.Select(filter => filter.Dimension)).Where(dimension => !ScanFamilies.Knows(dimension))
            .Select(dimension => dimension.Name).Distinct().ToList();
        return unknown.Count == 0 ? null : $"it is not kept by {string.Join(", ", unknown)}";
    }

    private static bool IsQuarter(DateTime instant) => instant.Ticks % TimeSpan.FromMinutes(15).Ticks == 0;
}
