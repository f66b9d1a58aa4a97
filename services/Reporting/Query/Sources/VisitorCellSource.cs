using QrPlatform.Bi;

namespace QrPlatform.Reporting.Query.Sources;

/// <summary>
/// Visitors by the day of a scan and the day of their scan before. Over days without a gap, each visitor counts on the first of them: where the
/// scan before lies before the first day.
/// </summary>
internal sealed class VisitorCellSource : PartSource
{
    private readonly string _slice;

    private VisitorCellSource(string slice) : base("visitor_cell." + slice) => _slice = slice;

    /// <summary>Visitors of the tenant.</summary>
    public static VisitorCellSource Tenant { get; } = new("all");

    /// <summary>Visitors of single campaigns.</summary>
    public static VisitorCellSource Campaign { get; } = new("campaign");

    public override string From => "bi_query.visitor_cell v";

    public override string InRange => $"v.slice = '{_slice}' and v.day between @firstday and @lastday and v.visitors > 0";

    public override string Key(Dimension dimension) => dimension.KeyOn("v", "v.day::timestamp");

    public override string Value(Measure measure, IReadOnlyList<Dimension> by)
    {
        // The first day of the group's days in the range.
        var periods = by.Where(dimension => dimension.Grain is not null).Select(dimension => dimension.FirstDay(Key(dimension))).ToList();
        var first = periods.Count == 0 ? "@firstday" : $"greatest(@firstday, {string.Join(", ", periods)})";
        var isFirst = $"v.previous_day < {first}";
        return $"sum(v.visitors) filter (where {(measure.Cells == VisitorCells.Returning ? $"{isFirst} and v.previous_day > '-infinity'" : isFirst)})";
    }
}
