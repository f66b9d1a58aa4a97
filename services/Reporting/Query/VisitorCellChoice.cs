using QrPlatform.Bi;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Query.Sources;

namespace QrPlatform.Reporting.Query;

/// <summary>
/// Whether distinct visitors can be told from visitor cells: of the tenant, or where each group is of one campaign only; over days that follow
/// each other.
/// </summary>
internal static class VisitorCellChoice
{
    private static readonly string[] OfCampaigns = ["campaign_id", "campaign_name", "business_unit"];

    /// <summary>The cells, or null and why not.</summary>
    public static VisitorCellSource? Choose(
        QueryPlan plan, SnapshotPosition at, ReaderScope scope, IReadOnlyList<Measure> measures, DateTime alignedSince, out string reason)
    {
        reason = RollupChoice.RefuseDays(at, alignedSince) ?? RefuseDimensions(plan) ?? "";
        if (reason.Length > 0) return null;
        var ofTenant = plan.Dimensions.All(IsPeriod) && plan.Filters.Count == 0 && scope.Campaigns is null;
        if (measures.Any(measure => measure.Cells == VisitorCells.Returning) && (!ofTenant || plan.Dimensions.Count > 0))
        {
            reason = "returning visitors are only told of the tenant's whole range";
            return null;
        }

        if (ofTenant) return VisitorCellSource.Tenant;
        if (IsOfOneCampaign(plan, scope)) return VisitorCellSource.Campaign;
        reason = "visitors of several campaigns cannot be added up";
        return null;
    }

    private static string? RefuseDimensions(QueryPlan plan)
    {
        var unknown = plan.Dimensions.Where(dimension => !IsPeriod(dimension) && !OfCampaigns.Contains(dimension.Column))
            .Concat(plan.Filters.Select(filter => filter.Dimension).Where(dimension => dimension.Column != "campaign_id"))
            .Select(dimension => dimension.Name).Distinct().ToList();
        return unknown.Count == 0 ? null : $"visitors cannot be told by {string.Join(", ", unknown)}";
    }

    private static bool IsOfOneCampaign(QueryPlan plan, ReaderScope scope) =>
        plan.Dimensions.Any(dimension => dimension.Column == "campaign_id")
        || scope.Campaigns is { Count: 1 }
        || plan.Filters.Any(filter => filter.Operator is "eq" or "in" && filter.Values.Length + (filter.HasNull ? 1 : 0) == 1);

    private static bool IsPeriod(Dimension dimension) => dimension.Grain is TimeGrain.Day or TimeGrain.Week or TimeGrain.Month or TimeGrain.Quarter or TimeGrain.Year
        or TimeGrain.FiscalQuarter or TimeGrain.FiscalYear;
}
