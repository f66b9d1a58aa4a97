using QrPlatform.Bi;

namespace QrPlatform.Reporting.Query.Sources;

/// <summary>Sums by day of the tenant's calendar, or by quarter of an hour, and some dimensions.</summary>
internal sealed class RollupSource : PartSource
{
    // What a campaign is called and belongs to follows from its id.
    private static readonly string[] OfCampaigns = ["campaign_id", "campaign_name", "business_unit"];
    private static readonly string[] OfCodes = ["variant", "channel_type", "content_category", "conversion_goal"];

    private readonly string? _slice;
    private readonly string[] _columns;

    private RollupSource(string name, string? slice, params string[] columns) : base(name)
    {
        _slice = slice;
        IsOfTenant = slice is not null && slice.StartsWith("all", StringComparison.Ordinal);
        _columns = IsOfTenant ? columns : [.. OfCampaigns, .. columns];
    }

    /// <summary>All of them, the cheapest first.</summary>
    public static IReadOnlyList<RollupSource> All { get; } =
    [
        new("rollup_day.all", "all"),
        new("rollup_day.all_device", "all_device", "device_type", "operating_system", "browser"),
        new("rollup_day.all_geography", "all_geography", "country", "region", "city"),
        new("rollup_day.campaign", "campaign", OfCodes),
        new("rollup_day.device", "device", "device_type", "operating_system", "browser"),
        new("rollup_day.geography", "geography", "country", "region", "city"),
        new("rollup_day.code", "code", "qr_code_id"),
        new("rollup_quarter_hour", null, OfCodes),
    ];

    /// <summary>By day of the tenant's calendar.</summary>
    public bool IsDaily => _slice is not null;

    /// <summary>Whatever the campaign: rows of nobody who may see some campaigns only.</summary>
    public bool IsOfTenant { get; }

    public override string From => IsDaily ? "bi_query.rollup_day r" : "bi_query.rollup_quarter_hour r";

    public override string InRange => IsDaily ? $"r.slice = '{_slice}' and r.day between @firstday and @lastday" : "r.starts_at >= @from and r.starts_at < @to";

    /// <summary>Rows can be told apart by the dimension.</summary>
    public bool Knows(Dimension dimension) => dimension.Grain is { } grain
        ? !IsDaily || grain is not (TimeGrain.Hour or TimeGrain.HourOfDay)
        : dimension.Grades is null && _columns.Contains(dimension.Column);

    public override string Key(Dimension dimension) => IsDaily ? dimension.KeyOn("r", "r.day::timestamp") : dimension.KeyAt("r", "r.starts_at");

    public override string Value(Measure measure, IReadOnlyList<Dimension> by) => $"sum(r.{measure.Rollup})";

    public override string Present(IReadOnlyList<Measure> measures) => string.Join(" or ", measures.Select(measure => $"sum(r.{measure.Present}) <> 0").Distinct());
}
