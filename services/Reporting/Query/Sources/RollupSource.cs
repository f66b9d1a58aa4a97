using Npgsql;
using NpgsqlTypes;
using QrPlatform.Bi;

namespace QrPlatform.Reporting.Query.Sources;

/// <summary>Sums by day of the tenant's calendar, by its months and the days beside them, or by quarter of an hour; and some dimensions.</summary>
internal sealed class RollupSource : PartSource
{
    // What a campaign is called and belongs to follows from its id.
    private static readonly string[] OfCampaigns = ["campaign_id", "campaign_name", "business_unit"];
    private static readonly string[] OfCodes = ["variant", "channel_type", "content_category", "conversion_goal"];

    private readonly string? _slice;
    private readonly string[] _columns;
    private readonly MonthCover? _months;

    private RollupSource(string name, string? slice, params string[] columns) : base(name)
    {
        _slice = slice;
        IsOfTenant = slice is not null && slice.StartsWith("all", StringComparison.Ordinal);
        _columns = IsOfTenant ? columns : [.. OfCampaigns, .. columns];
    }

    private RollupSource(RollupSource days, MonthCover months) : base($"rollup_month.{days._slice}") =>
        (_slice, IsOfTenant, _columns, _months) = (days._slice, days.IsOfTenant, days._columns, months);

    /// <summary>All of them but those by months, the cheapest first.</summary>
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

    public override string From => _months is not null ? "bi_query.rollup_month r" : IsDaily ? "bi_query.rollup_day r" : "bi_query.rollup_quarter_hour r";

    public override string InRange => !IsDaily ? "r.starts_at >= @from and r.starts_at < @to" : $"r.slice = '{_slice}' and ({(_months is null ? "r.day between @firstday and @lastday" : InMonths(_months))})";

    /// <summary>The same by months where they are summed up.</summary>
    public RollupSource By(MonthCover months) => new(this, months);

    public override void AddTo(NpgsqlParameterCollection parameters)
    {
        if (_months is null) return;
        parameters.Add(new NpgsqlParameter("months", NpgsqlDbType.Array | NpgsqlDbType.Date) { Value = _months.Months.ToArray() });
        for (var i = 0; i < _months.Rest.Count; i++)
        {
            parameters.Add(new NpgsqlParameter($"rest_first{i}", NpgsqlDbType.Date) { Value = _months.Rest[i].First });
            parameters.Add(new NpgsqlParameter($"rest_last{i}", NpgsqlDbType.Date) { Value = _months.Rest[i].Last });
        }
    }

    /// <summary>Rows can be told apart by the dimension.</summary>
    public bool Knows(Dimension dimension) => dimension.Grain is { } grain
        ? !IsDaily || grain is not (TimeGrain.Hour or TimeGrain.HourOfDay)
        : dimension.Grades is null && _columns.Contains(dimension.Column);

    public override string Key(Dimension dimension) => IsDaily ? dimension.KeyOn("r", "r.day::timestamp") : dimension.KeyAt("r", "r.starts_at");

    public override string Value(Measure measure, IReadOnlyList<Dimension> by) => $"sum(r.{measure.Rollup})";

    public override string Present(IReadOnlyList<Measure> measures) => string.Join(" or ", measures.Select(measure => $"sum(r.{measure.Present}) <> 0").Distinct());

    // The database sees at once that it need not look at days where there are none.
    private static string InMonths(MonthCover months) =>
        string.Join(" or ", months.Rest.Select((_, i) => $"not r.is_month and r.day between @rest_first{i} and @rest_last{i}").Prepend("r.is_month and r.day = any (@months)"));
}
