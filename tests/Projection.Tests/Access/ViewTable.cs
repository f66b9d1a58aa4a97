namespace QrPlatform.Projection.Tests.Access;

/// <summary>
/// What a reader may expect of a view, by whom: <c>tenant</c> sees all of a tenant, <c>campaign</c> is limited to one. A view of schema bi or bi_query
/// without a row fails the isolation probe.
/// </summary>
internal static class ViewTable
{
    public static readonly Dictionary<string, ViewRow> Rows = new(StringComparer.Ordinal)
    {
        ["bi.campaign_daily_summary"] = new(true),
        ["bi.campaign_monthly_summary"] = new(true),
        ["bi.campaign_quarter_hour_summary"] = new(true),
        ["bi.campaign_quarterly_summary"] = new(true),
        ["bi.campaign_weekly_summary"] = new(true),
        ["bi.dim_campaign"] = new(true),
        ["bi.dim_campaign_version"] = new(true),
        ["bi.dim_date"] = new(true),
        ["bi.dim_device"] = new(true),
        ["bi.dim_geography"] = new(true),
        ["bi.dim_placement"] = new(true),
        ["bi.dim_qr_code"] = new(true),
        ["bi.dim_visitor"] = new(true),
        ["bi.fact_campaign_cost"] = new(true),
        ["bi.fact_conversion"] = new(true),
        ["bi.fact_revenue"] = new(true),
        ["bi.fact_scan"] = new(true),
        ["bi.qr_analytics_tableau"] = new(true),
        ["bi.qr_scan_events"] = new(true),

        ["bi.relationship"] = new(true),

        // Everybody may know that a visitor's row went: it is named by a hash only.
        ["bi.removed_row"] = new(false) { Except = "dataset = 'dim_visitor'" },
        ["bi_query.campaign"] = new(true),
        ["bi_query.campaign_cost"] = new(true),
        ["bi_query.code_zone"] = new(true),

        // Whether a visitor returned is asked of the tenant, whatever the campaign: the catalogue's returning_visitors.
        ["bi_query.event"] = new(true) { Shared = ["visitor_first_scan_at"] },
        ["bi_query.fact_change"] = new(true),

        // When facts of the tenant were last taken away, without any of them.
        ["bi_query.fact_removal"] = new(false) { Except = "true" },
        ["bi_query.new_country"] = new(true),
        ["bi_query.new_region"] = new(true),
        ["bi_query.placement"] = new(true),
        ["bi_query.reached_scan"] = new(true),
        ["bi_query.removed_scan"] = new(false),
        ["bi_query.rollup_day"] = new(true),
        ["bi_query.rollup_month"] = new(true),
        ["bi_query.rollup_quarter_hour"] = new(true),
        ["bi_query.step"] = new(true),

        // Which months of the tenant can be told from their sums, which says nothing of what is in them.
        ["bi_query.summed_month"] = new(false) { Except = "true" },
        ["bi_query.target_audience"] = new(true),
        ["bi_query.tenant"] = new(true),
        ["bi_query.unconsented"] = new(false),
        ["bi_query.visitor_cell"] = new(true),
        ["bi_query.visitor_scan"] = new(true),
        ["bi_query.visitor_step"] = new(true),
    };
}

/// <summary>A view's row.</summary>
/// <param name="LimitedSees">Whether a reader limited to a campaign sees rows, where there are such.</param>
internal sealed record ViewRow(bool LimitedSees)
{
    /// <summary>Columns that are the tenant's to a limited reader, too.</summary>
    public string[] Shared { get; init; } = [];

    /// <summary>Rows that are the tenant's to a limited reader, too.</summary>
    public string? Except { get; init; }
}
