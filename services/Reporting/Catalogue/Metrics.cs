using static QrPlatform.Reporting.Catalogue.Additivity;
using static QrPlatform.Reporting.Catalogue.RowSource;

namespace QrPlatform.Reporting.Catalogue;

/// <summary>Every metric, once. Available as parameters in SQL: <c>@from</c>, <c>@to</c> (the range's instants), <c>@asof</c>.</summary>
internal static class Metrics
{
    private const string Scan = "e.is_scan";
    private const string Session = "e.is_attribution";
    private const string Revenue = "e.is_counted and e.revenue is not null";
    private const string ByEvent = "the event's own timestamp", ByAttributionScan = "the session's attribution scan";
    private const string ByCostDay = "costs by the days of the tenant's calendar that they are spread over";
    private const string Count = "coalesce({0}, 0)", Quotient = "trim_scale({0}::numeric / nullif({1}, 0))";

    private static readonly Component Scans = new(Events, Scan, "count(*)", "bigint");
    private static readonly Component Sessions = new(Events, Session, "count(*)", "bigint");
    private static readonly Component Converting = new(Events, Session + " and e.session_conversions > 0", "count(*)", "bigint");

    // 168 hours, because "7 days" would follow the database session's daylight saving.
    private static readonly Component ConvertingIn7Days = new(
        Events, Session + " and e.session_first_conversion_at <= e.occurred_at + interval '168 hours'", "count(*)", "bigint");

    private static readonly Component Earned = new(Events, Revenue, "sum(e.revenue)", "numeric");
    private static readonly Component NewCustomers = new(Events, "e.is_new_customer", "count(*)", "bigint");
    private static readonly Component Spent = new(Costs, "true", "sum(k.amount)", "numeric");

    private static readonly Component YoungestSession = new(Events, Session, "max(e.occurred_at)", "timestamptz");

    public static readonly IReadOnlyList<Metric> All =
    [
        new("total_scans", "Scans and rescans that are neither a bot's nor a test.", "scans", Additive, ByEvent, [Scans], Count),
        new("sessions", "Sessions with at least one scan.", "sessions", Additive, ByAttributionScan, [Sessions], Count),
        new("unique_visitors", "Distinct visitors of scans, exact over any range and filter; scans without visitor count in none.", "visitors",
            Distinct, ByEvent, [new(Events, Scan, "count(distinct e.visitor)", "bigint")], Count),
        new("returning_visitors", "Of the unique visitors, those with a scan in the tenant before the start of the range, whatever its campaign.",
            "visitors", Distinct, ByEvent,
            [new(Events, Scan + " and e.visitor_first_scan_at < @from", "count(distinct e.visitor)", "bigint")], Count),
        new("conversions", "Every conversion that any event lists; a CONVERSION, LEAD or CUSTOMER event that lists none counts as one.",
            "conversions", Additive, ByEvent,
            [new(Events, "e.is_counted and e.conversion_count > 0", "sum(e.conversion_count)", "bigint")], Count)
        {
            ByConversionType = new(Conversions, "e.is_counted", "count(*)", "bigint"),
        },
        new("converting_sessions", "Sessions with at least one conversion, whenever it came.", "sessions", Additive, ByAttributionScan,
            [Converting], Count),
        new("conversion_rate", "Converting sessions divided by sessions; null without sessions.", "ratio", Ratio, ByAttributionScan,
            [Converting, Sessions], Quotient),
        new("conversion_rate_7d",
            "Sessions that converted within 7 days of their attribution scan, divided by sessions; null until every session of the row is 7 days old.",
            "ratio", Ratio, ByAttributionScan, [ConvertingIn7Days, Sessions, YoungestSession],
            "case when {2} + interval '168 hours' <= @asof then " + Quotient + " end")
        {
            SettlesAfter = TimeSpan.FromDays(7),
        },
        new("revenue", "Revenue less refunds, each converted once to the tenant's reporting currency.", "reporting currency", Additive, ByEvent,
            [Earned], Count),
        new("average_lead_score", "Sum of the sources' lead scores divided by their number, over scans that carry one.", "points of 100", Ratio, ByEvent,
            [new(Events, Scan, "sum(e.lead_score)", "numeric"), new(Events, Scan, "count(e.lead_score)", "bigint")], Quotient),
        new("average_engagement_seconds",
            "Engagement durations of a session added up, divided by the number of sessions that have any.", "seconds", Ratio, ByAttributionScan,
            [
                new(Events, Session + " and e.session_engagements > 0", "sum(e.session_engagement_seconds)", "numeric"),
                new(Events, Session + " and e.session_engagements > 0", "count(*)", "bigint"),
            ],
            Quotient),
        new("new_customers", "Visitors' first CUSTOMER events in the tenant, and CUSTOMER events without visitor.", "customers", Additive, ByEvent,
            [NewCustomers], Count),
        new("cost", "Campaign costs of the days, each spread evenly over its days, converted once to the tenant's reporting currency.",
            "reporting currency", Additive, ByCostDay, [Spent], Count),
        new("campaign_roi", "Revenue less cost, divided by cost, in percent; null where cost is 0.", "percent", Ratio,
            ByEvent + "; " + ByCostDay, [Earned, Spent],
            "trim_scale((coalesce({0}, 0) - coalesce({1}, 0)) / nullif(coalesce({1}, 0), 0) * 100)"),
        new("cost_per_acquisition", "Cost divided by new customers; null without new customers.", "reporting currency", Ratio,
            ByEvent + "; " + ByCostDay, [Spent, NewCustomers], "trim_scale(coalesce({0}, 0)::numeric / nullif({1}, 0))"),
        new("bot_scans", "Scans whose user agent the bot list matches; no other metric counts them.", "scans", Additive, ByEvent,
            [new(Events, "e.is_bot_scan", "count(*)", "bigint")], Count),
        new("unconsented_scans", "Scans of visitors who did not consent; known by code and hour only, every other dimension is null.", "scans", Additive,
            "the hour of the event", [new(Unconsented, "u.scans > 0", "sum(u.scans)", "bigint")], Count),
        new("test_scans", "Scans that their source marked as tests; no other metric counts them.", "scans", Additive, ByEvent,
            [new(Events, "e.is_test_scan", "count(*)", "bigint")], Count),
    ];
}
