using static QrPlatform.Reporting.Catalogue.DimensionKind;

namespace QrPlatform.Reporting.Catalogue;

/// <summary>Every dimension, once.</summary>
internal static class Dimensions
{
    // The instant decides: of the two hours 01:00 in autumn each keeps its own offset.
    private const string HourLabel =
        "to_char({0} at time zone @zone, 'YYYY-MM-DD\"T\"HH24:MI:SS') || case when {0} at time zone @zone < {0} at time zone 'UTC' then '-' else '+' end"
        + " || to_char(greatest(({0} at time zone @zone) - ({0} at time zone 'UTC'), ({0} at time zone 'UTC') - ({0} at time zone @zone)), 'HH24:MI')";

    public static readonly IReadOnlyList<Dimension> All =
    [
        Time("hour", "Hour, by its start instant with offset.", Hour, "date_trunc('hour', {0}, @zone)", HourLabel, "2025-03-09T01:00:00-08:00"),
        Time("day", "Local day.", Period, "date_trunc('day', {0} at time zone @zone)", "to_char({0}, 'YYYY-MM-DD')", "2025-03-09"),
        Time("week", "Local ISO 8601 week, Monday to Sunday.", Period, "date_trunc('week', {0} at time zone @zone)", "to_char({0}, 'IYYY\"-W\"IW')", "2025-W10"),
        Time("month", "Local month.", Period, "date_trunc('month', {0} at time zone @zone)", "to_char({0}, 'YYYY-MM')", "2025-03"),
        Time("quarter", "Local quarter.", Period, "date_trunc('quarter', {0} at time zone @zone)", "to_char({0}, 'YYYY\"-Q\"Q')", "2025-Q1"),
        Time("year", "Local year.", Period, "date_trunc('year', {0} at time zone @zone)", "to_char({0}, 'YYYY')", "2025"),
        Time("hour_of_day", "Local hour of the day, 0 to 23.", Integer, "extract(hour from {0} at time zone @zone)::integer", "{0}", "13") with { Range = (0, 23) },
        Time("day_of_week", "Local day of the week, 1 (Monday) to 7 (Sunday).", Integer, "extract(isodow from {0} at time zone @zone)::integer", "{0}", "1") with { Range = (1, 7) },
        Text("campaign_id", "Campaign.") with { CostKey = "k.campaign_id" },
        Text("campaign_name", "Today's name of the campaign.") with { CostKey = "k.campaign_name" },
        Text("campaign_name_as_of", "Name of the campaign at the time: as it was described then, before its first description as the event states it."),
        Text("variant", "Arm of an A/B test."),
        Text("channel_type", "Channel that the code was placed in; of costs, the campaign's.") with { CostKey = "k.channel_type" },
        Text("content_category", "Category of the content behind the code; of costs, the campaign's.") with { CostKey = "k.content_category" },
        Text("conversion_goal", "What the campaign is for."),
        new("conversion_type", "Type of a conversion; only for conversions.", DimensionKind.Text, "t.conversion_type") { OfConversions = true },
        Text("business_unit", "Business unit of the campaign; null where none is set."),
        Text("qr_code_id", "Code.") with { UnconsentedKey = "u.qr_code_id" },
        Text("country", "Country of the scan."),
        Text("region", "Region of the scan."),
        Text("city", "City of the scan."),
        Text("device_type", "Kind of device."),
        new("os", "Operating system.", DimensionKind.Text, "e.operating_system"),
        Text("browser", "Browser."),
        new("lead_quality", "Grade of the scan's own lead score; other events have their attribution scan's.", Choice,
            "case when e.graded_lead_score >= 80 then 'High Quality' when e.graded_lead_score >= 60 then 'Medium Quality'"
            + " when e.graded_lead_score >= 40 then 'Low Quality' when e.graded_lead_score is null then 'Not Scored' else 'Unqualified' end")
        {
            Choices = ["High Quality", "Medium Quality", "Low Quality", "Unqualified", "Not Scored"],
        },
    ];

    /// <summary>Those that costs are known by.</summary>
    public static IEnumerable<Dimension> OfCosts => All.Where(dimension => dimension.CostKey is not null);

    private static Dimension Text(string name, string description) => new(name, description, DimensionKind.Text, "e." + name);

    private static Dimension Time(string name, string description, DimensionKind kind, string key, string label, string example) =>
        new(name, description, kind, key.Replace("{0}", "e.occurred_at", StringComparison.Ordinal))
        {
            UnconsentedKey = key.Replace("{0}", "u.hour", StringComparison.Ordinal),

            // A cost's day is a day of the tenant's calendar, not an instant: no zone moves it, and nothing is known within it.
            CostKey = name is "hour" or "hour_of_day" ? null : key.Replace("{0} at time zone @zone", "k.day::timestamp", StringComparison.Ordinal),
            Label = label,
            Example = example,
        };
}
