using QrPlatform.Bi;

namespace QrPlatform.Reporting.Query.Sources;

/// <summary>The rows themselves, from which everything can be computed.</summary>
internal sealed class FactSource : PartSource
{
    private readonly RowSource _rows;
    private readonly bool _ofPlacements;

    private FactSource(RowSource rows, string name, bool ofPlacements = false) : base(name) => (_rows, _ofPlacements) = (rows, ofPlacements);

    public static FactSource Events { get; } = new(RowSource.Event, "facts");

    /// <summary>The same in the local time of placements.</summary>
    public static FactSource EventsOfPlacements { get; } = new(RowSource.Event, "facts", ofPlacements: true);

    private static (FactSource OfZone, FactSource OfPlacements) Conversions { get; } = Both(RowSource.Conversion, "facts.conversions");

    private static (FactSource OfZone, FactSource OfPlacements) Unconsented { get; } = Both(RowSource.Unconsented, "unconsented");

    private static (FactSource OfZone, FactSource OfPlacements) Reached { get; } = Both(RowSource.Reached, "facts.reached");

    private static FactSource Costs { get; } = new(RowSource.Cost, "costs");

    private static FactSource NewCountries { get; } = new(RowSource.NewCountry, "new_countries");

    private static FactSource NewRegions { get; } = new(RowSource.NewRegion, "new_regions");

    /// <summary>They are events, which rollups sum up.</summary>
    public bool IsOfEvents => _rows == RowSource.Event;

    public override string From => _rows switch
    {
        RowSource.Conversion => "bi_query.event e cross join lateral (select n.conversion_type from unnest(e.conversions) as n (conversion_type)) t",
        RowSource.Unconsented => "bi_query.unconsented e",
        RowSource.Cost => "bi_query.campaign_cost e",
        RowSource.Reached => "bi_query.reached_scan e",
        RowSource.NewCountry => "bi_query.new_country e",
        RowSource.NewRegion => "bi_query.new_region e",
        _ => "bi_query.event e",
    };

    public override string InRange => IsOfDays ? "e.day between @firstday and @lastday"
        : $"{Instant} >= @from and {Instant} < @to{(_ofPlacements ? $" and ({Instant} at time zone {LocalTimes.ZoneOfCode})::date between @firstday and @lastday" : "")}";

    // A cost's day is a day of the tenant's calendar, not an instant: no zone moves it, and nothing is known within it. So is a market's first.
    private bool IsOfDays => _rows is RowSource.Cost or RowSource.NewCountry or RowSource.NewRegion;

    private string Instant => _rows == RowSource.Unconsented ? "e.hour" : "e.occurred_at";

    /// <param name="rows">The rows.</param>
    /// <param name="ofPlacements">Each in the local time of its code's placement.</param>
    public static PartSource Of(RowSource rows, bool ofPlacements)
    {
        return rows switch
        {
            RowSource.Event => Choose((Events, EventsOfPlacements)),
            RowSource.Conversion => Choose(Conversions),
            RowSource.Unconsented => Choose(Unconsented),
            RowSource.Cost => Costs,
            RowSource.Journey => ofPlacements ? JourneySource.OfPlacements : JourneySource.Instance,
            RowSource.NewVisitor => ofPlacements ? NewVisitorSource.OfPlacements : NewVisitorSource.Instance,
            RowSource.Session => ofPlacements ? SessionSource.OfPlacements : SessionSource.Instance,
            RowSource.Reached => Choose(Reached),
            RowSource.Audience => AudienceSource.Instance,
            RowSource.NewCountry => NewCountries,
            RowSource.NewRegion => NewRegions,
            _ => throw new ArgumentOutOfRangeException(nameof(rows), rows, null),
        };

        FactSource Choose((FactSource OfZone, FactSource OfPlacements) both) => ofPlacements ? both.OfPlacements : both.OfZone;
    }

    public override string Key(Dimension dimension)
    {
        if (dimension.IsKnownOf(_rows))
        {
            if (IsOfDays) return dimension.KeyOn("e", "e.day::timestamp");
            var alias = dimension.OfConversions ? "t" : "e";
            return _ofPlacements ? dimension.KeyByPlacement(alias, Instant) : dimension.KeyAt(alias, Instant);
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

    private static (FactSource OfZone, FactSource OfPlacements) Both(RowSource rows, string name) => (new(rows, name), new(rows, name, ofPlacements: true));

    private static string AnyOf(IEnumerable<Measure> measures) => string.Join(" or ", measures.Select(measure => measure.Rows("e")).Distinct().Select(rows => $"({rows})"));
}
