using QrPlatform.Bi;

namespace QrPlatform.Reporting.Query.Sources;

/// <summary>
/// Target audiences of campaigns. They hold for every day, so a group of campaigns has the same at all times. Over the rows of a group, each of
/// its campaigns comes once a day.
/// </summary>
internal sealed class AudienceSource : PartSource
{
    private const string Day = "t.day";

    private AudienceSource() : base("target_audiences")
    {
    }

    public static AudienceSource Instance { get; } = new();

    public override string From => "bi_query.target_audience e";

    public override string InRange => "true";

    public override string Key(Dimension dimension) => dimension.KeyOn("e", Day);

    public override string Value(Measure measure, IReadOnlyList<Dimension> by) => "trim_scale(sum(g.audience) / nullif(count(distinct g.day), 0))";

    public override string Grouped(IReadOnlyList<string> keys, IReadOnlyList<string> conditions, IReadOnlyList<Measure> measures)
    {
        var days = keys.Concat(conditions).Any(text => text.Contains(Day, StringComparison.Ordinal))
            ? "generate_series(@firstday::timestamp, @lastday::timestamp, interval '1 day')"
            : "(values (@firstday::timestamp))";
        var columns = string.Concat(keys.Select((key, i) => $"{key} as d{i}, "));
        return $"(select {columns}e.audience, {Day} from {From} cross join {days} as t (day) where {string.Join(" and ", conditions.Select(condition => $"({condition})"))})";
    }
}
