using QrPlatform.Bi;

namespace QrPlatform.Reporting.Query.Sources;

/// <summary>The rows themselves, from which everything can be computed.</summary>
internal sealed class FactSource : PartSource
{
    private readonly RowSource _rows;

    private FactSource(RowSource rows, string name) : base(name) => _rows = rows;

    public static FactSource Events { get; } = new(RowSource.Event, "facts");

    private static FactSource Conversions { get; } = new(RowSource.Conversion, "facts.conversions");

    private static FactSource Unconsented { get; } = new(RowSource.Unconsented, "unconsented");

    private static FactSource Costs { get; } = new(RowSource.Cost, "costs");

    public override string From => _rows switch
    {
        RowSource.Conversion => "bi_query.event e cross join lateral (select n.conversion_type from unnest(e.conversions) as n (conversion_type)) t",
        RowSource.Unconsented => "bi_query.unconsented e",
        RowSource.Cost => "bi_query.campaign_cost e",
        _ => "bi_query.event e",
    };

    public override string InRange => _rows switch
    {
        RowSource.Cost => "e.day between @firstday and @lastday",
        _ => $"{Instant} >= @from and {Instant} < @to",
    };

    private string Instant => _rows == RowSource.Unconsented ? "e.hour" : "e.occurred_at";

    public static FactSource Of(RowSource rows) => rows switch
    {
        RowSource.Event => Events,
        RowSource.Conversion => Conversions,
        RowSource.Unconsented => Unconsented,
        _ => Costs,
    };

    public override string Key(Dimension dimension)
    {
        if (dimension.Sources.Contains(_rows))
        {
            // A cost's day is a day of the tenant's calendar, not an instant: no zone moves it, and nothing is known within it.
            return _rows == RowSource.Cost ? dimension.KeyOn("e", "e.day::timestamp") : dimension.KeyAt(dimension.OfConversions ? "t" : "e", Instant);
        }

        return _rows == RowSource.Unconsented ? $"null::{dimension.SqlType}"
            : throw new InvalidOperationException($"{Name} are not known by {dimension.Name}; the query should have been refused.");
    }

    public override string Value(Measure measure, IReadOnlyList<Dimension> by) => measure.Aggregated("e");

    public override string Rows(IReadOnlyList<Measure> measures) => AnyOf(measures);

    // Of money, amounts that cancel out are nothing, as rollups have it; of everything else a row is something.
    public override string? Present(IReadOnlyList<Measure> measures)
    {
        var sums = measures.Where(measure => measure is { Type: MeasureType.Decimal, Rollup: { } rollup } && measure.Present == rollup).ToList();
        if (sums.Count == 0) return null;
        var counted = measures.Except(sums).ToList();
        return string.Join(" or ", sums.Select(measure => $"{measure.Aggregated("e")} <> 0")
            .Concat(counted.Count == 0 ? [] : [$"count(*) filter (where {AnyOf(counted)}) > 0"]));
    }

    private static string AnyOf(IEnumerable<Measure> measures) => string.Join(" or ", measures.Select(measure => measure.Rows("e")).Distinct().Select(rows => $"({rows})"));
}
