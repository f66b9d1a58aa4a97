using System.Text.Json.Serialization;

namespace QrPlatform.Bi;

/// <summary>
/// The compiled catalogue: every name is resolved, every value checked. The query planner, the comments of schema <c>bi</c> and the data
/// dictionary are made of it.
/// </summary>
/// <param name="Measures">What metrics are made of.</param>
/// <param name="Metrics">What can be measured.</param>
/// <param name="Dimensions">What it can be broken down and filtered by.</param>
/// <param name="Views">The published views, with the comment of every column that needs its own.</param>
/// <param name="Columns">What a column of this name means in any view.</param>
public sealed record CatalogueModel(
    IReadOnlyList<Measure> Measures,
    IReadOnlyList<Metric> Metrics,
    IReadOnlyList<Dimension> Dimensions,
    IReadOnlyList<PublishedView> Views,
    IReadOnlyDictionary<string, string> Columns)
{
    /// <summary>SHA-256 of the model, hexadecimal: the same definitions give the same hash, whatever the files look like; any change another one.</summary>
    [JsonIgnore]
    public string Hash { get; init; } = "";

    /// <summary>What a view's column means, or null where nobody said so.</summary>
    public string? Comment(PublishedView view, string column) => view.Columns.GetValueOrDefault(column) ?? Columns.GetValueOrDefault(column);
}

/// <summary>Where a measure's rows are read from.</summary>
public enum RowSource
{
    /// <summary>One row per event, dated by the event, in the context of its session's attribution scan.</summary>
    Event,

    /// <summary>One row per entry of an event's conversions.</summary>
    Conversion,

    /// <summary>Events without consent, by code and hour.</summary>
    Unconsented,

    /// <summary>Campaign costs, by campaign and day of the tenant.</summary>
    Cost,

    /// <summary>One row per visitor and group of the answer, from the visitor's first scan of the group in the range: how far the visitor went.</summary>
    Journey,

    /// <summary>One row per visitor whose first scan in the tenant lies in the range, on that scan.</summary>
    NewVisitor,

    /// <summary>One row per session with a scan, on its attribution scan.</summary>
    Session,

    /// <summary>One row per scan with visitor of a campaign that has a target audience, in the campaign's own description.</summary>
    Reached,

    /// <summary>One row per campaign that has a target audience, whatever the time.</summary>
    Audience,

    /// <summary>One row per country, on the day of the tenant on which it became a market.</summary>
    NewCountry,

    /// <summary>One row per region, on the day of the tenant on which it became a market.</summary>
    NewRegion,
}

/// <summary>What follows from where rows are read.</summary>
public static class RowSources
{
    extension(RowSource source)
    {
        /// <summary>The source whose dimensions its rows have.</summary>
        public RowSource Basis => source switch
        {
            RowSource.Journey or RowSource.NewVisitor or RowSource.Session => RowSource.Event,
            RowSource.Reached or RowSource.Audience => RowSource.Cost,
            _ => source,
        };

        /// <summary>Its rows are known by few dimensions: by others there is no answer.</summary>
        public bool IsLimited => source.Basis is RowSource.Cost or RowSource.NewCountry or RowSource.NewRegion;
    }
}

/// <summary>How a measure puts its rows together.</summary>
public enum Aggregate
{
    /// <summary>Number of rows, or of those that have the column.</summary>
    Count,

    /// <summary>Sum of the column.</summary>
    Sum,

    /// <summary>Number of different values of the column.</summary>
    CountDistinct,

    /// <summary>Greatest value of the column.</summary>
    Max,
}

/// <summary>Type of a measure's value.</summary>
public enum MeasureType
{
    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>An exact decimal number.</summary>
    Decimal,

    /// <summary>An instant.</summary>
    Instant,
}

/// <summary>Which visitors of visitor cells a measure counts.</summary>
public enum VisitorCells
{
    /// <summary>None: it counts no visitors, or others.</summary>
    None,

    /// <summary>All visitors.</summary>
    All,

    /// <summary>Those who scanned before the range.</summary>
    Returning,
}

/// <summary>How a metric behaves when rows of an answer are put together.</summary>
public enum Additivity
{
    /// <summary>May be summed over every dimension.</summary>
    Additive,

    /// <summary>Counts distinct persons: may not be summed.</summary>
    Distinct,

    /// <summary>A ratio of sums: recomputed at every grain, never averaged.</summary>
    Ratio,
}

/// <summary>Whether a number or a breakdown tells something of persons.</summary>
public enum PrivacyClass
{
    /// <summary>Numbers of events.</summary>
    Aggregate,

    /// <summary>Related to persons: shown to some roles in groups only.</summary>
    PersonRelated,
}

/// <summary>One aggregate that metrics are made of.</summary>
/// <param name="Name">Its name in formulas.</param>
/// <param name="Definition">One sentence for people.</param>
/// <param name="Source">Where its rows come from.</param>
/// <param name="Aggregate">How they are put together.</param>
/// <param name="Column">The column that is aggregated, or null for rows.</param>
/// <param name="Type">Type of the value.</param>
/// <param name="Where">Conditions that its rows meet, all of them.</param>
/// <param name="Rollup">Column of the rollups that holds the same sum, or null.</param>
/// <param name="Present">Column of the rollups that is not 0 where the measure has rows, or null where that is not known.</param>
/// <param name="Cells">Which visitors of visitor cells it counts.</param>
public sealed record Measure(
    string Name, string Definition, RowSource Source, Aggregate Aggregate, string? Column, MeasureType Type, IReadOnlyList<Condition> Where,
    string? Rollup, string? Present, VisitorCells Cells)
{
    /// <summary>The same person or campaign can be in several groups, so groups may not be summed.</summary>
    [JsonIgnore]
    public bool IsDistinct => Aggregate == Aggregate.CountDistinct || Source is RowSource.Journey or RowSource.Audience;
}

/// <summary>A condition on a row: a column that is true (no operator), not null (<c>present</c>), or compares with an operand.</summary>
/// <param name="Column">The row's column.</param>
/// <param name="Operator"><c>=</c>, <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c>, <c>&gt;=</c>, <c>present</c>, or null.</param>
/// <param name="Operand">What it is compared with, or null.</param>
public sealed record Condition(string Column, string? Operator, Operand? Operand);

/// <summary>What a column is compared with: exactly one of these.</summary>
/// <param name="Number">A whole number.</param>
/// <param name="Text">A text.</param>
/// <param name="Column">Another column of the row, <paramref name="Hours"/> later.</param>
/// <param name="Hours">Hours after the column's instant.</param>
/// <param name="IsRangeStart">The start of the range that is asked for.</param>
public sealed record Operand(long? Number = null, string? Text = null, string? Column = null, int Hours = 0, bool IsRangeStart = false);

/// <summary>One definition of a number, from which everything that shows it is made.</summary>
/// <param name="Name">Its name in the API.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Definition">One sentence for people.</param>
/// <param name="FormulaText">The formula as it is written.</param>
/// <param name="Measures">The measures of the formula, each once, and the one that settles it.</param>
/// <param name="Grain">What one counted thing is.</param>
/// <param name="DatedBy">Which instant puts it on a day.</param>
/// <param name="Additivity">Whether it may be summed.</param>
/// <param name="Unit">Unit of the value.</param>
/// <param name="Format">Number format as spreadsheets write it.</param>
/// <param name="Privacy">Whether it tells something of persons.</param>
/// <param name="Owner">Who answers for the definition.</param>
/// <param name="Target">Where the value should lie, or null.</param>
/// <param name="Version">Grows when the number changes its meaning.</param>
/// <param name="ByConversionType">The same by conversion type, where that dimension or filter is used; null where that makes no sense.</param>
/// <param name="Settles">The value is decided by the clock too, or null.</param>
public sealed record Metric(
    string Name, string Title, string Definition, string FormulaText, IReadOnlyList<Measure> Measures, string Grain, string DatedBy, Additivity Additivity,
    string Unit, string Format, PrivacyClass Privacy, string Owner, TargetBand? Target, int Version, Measure? ByConversionType, Settling? Settles)
{
    /// <summary>The formula, parsed.</summary>
    [JsonIgnore]
    public Formula Formula { get; init; } = new Formula.Number(0);

    /// <summary>Below this sample it has no value, or null.</summary>
    public LeastSample? Least { get; init; }

    /// <summary>It is made of something that is known by few dimensions.</summary>
    [JsonIgnore]
    public bool IsLimited => Measures.Any(measure => measure.Source.IsLimited);

    /// <summary>Whether all that it is made of is known by the dimension.</summary>
    public bool IsKnownBy(Dimension dimension) => Measures.All(measure => !measure.Source.IsLimited || dimension.IsKnownOf(measure.Source));
}

/// <summary>A metric has no value until the greatest instant of a measure is some hours old.</summary>
/// <param name="Measure">The measure, an instant.</param>
/// <param name="Hours">How old.</param>
public sealed record Settling(Measure Measure, int Hours);

/// <summary>A metric has no value where a measure is less, of the row or, where it compares places, of the others.</summary>
/// <param name="Measure">The measure.</param>
/// <param name="Count">Its least value.</param>
public sealed record LeastSample(Measure Measure, int Count);

/// <summary>Where a metric should lie. Both limits belong to the band.</summary>
/// <param name="AtLeast">Lower limit, or null.</param>
/// <param name="AtMost">Upper limit, or null.</param>
public sealed record TargetBand(decimal? AtLeast, decimal? AtMost);

/// <summary>What kind of values a dimension has.</summary>
public enum DimensionType
{
    /// <summary>Text, compared byte by byte.</summary>
    Text,

    /// <summary>A grade of a number: one of a few fixed texts, which have no order.</summary>
    Choice,

    /// <summary>An instant, cut to a <see cref="TimeGrain"/>.</summary>
    Time,
}

/// <summary>To what an instant is cut.</summary>
public enum TimeGrain
{
    /// <summary>Hour, by its start instant.</summary>
    Hour,

    /// <summary>Local day.</summary>
    Day,

    /// <summary>Local ISO 8601 week.</summary>
    Week,

    /// <summary>Local month.</summary>
    Month,

    /// <summary>Local quarter.</summary>
    Quarter,

    /// <summary>Local year.</summary>
    Year,

    /// <summary>Quarter of the tenant's fiscal year.</summary>
    FiscalQuarter,

    /// <summary>The tenant's fiscal year, named by the year in which it ends.</summary>
    FiscalYear,

    /// <summary>Local hour of the day, 0 to 23.</summary>
    HourOfDay,

    /// <summary>Local day of the week, 1 (Monday) to 7.</summary>
    DayOfWeek,
}

/// <summary>Something that numbers are broken down or filtered by.</summary>
/// <param name="Name">Its name in the API.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Definition">One sentence for people.</param>
/// <param name="Type">Kind of its values.</param>
/// <param name="Column">Column of the sources, or null for times.</param>
/// <param name="Grain">To what an instant is cut, for times.</param>
/// <param name="Grades">Grades of the column, from the best down, or null.</param>
/// <param name="Missing">Grade of a missing number.</param>
/// <param name="Sources">The row sources that it is known of.</param>
/// <param name="Star">View and column of schema <c>bi</c> where tools find it.</param>
/// <param name="Example">An example of a label.</param>
/// <param name="Privacy">Whether it tells something of persons.</param>
/// <param name="Owner">Who answers for the definition.</param>
/// <param name="Version">Grows when it changes its meaning.</param>
public sealed record Dimension(
    string Name, string Title, string Definition, DimensionType Type, string? Column, TimeGrain? Grain, IReadOnlyList<Grade>? Grades, string? Missing,
    IReadOnlyList<RowSource> Sources, StarColumn Star, string? Example, PrivacyClass Privacy, string Owner, int Version)
{
    /// <summary>It is a place or part of one.</summary>
    [JsonIgnore]
    public bool IsOfPlaces => Star.View == "dim_geography";

    /// <summary>Only for metrics that can be told apart by conversion type.</summary>
    [JsonIgnore]
    public bool OfConversions => Sources is [RowSource.Conversion];

    /// <summary>The source's rows have it.</summary>
    public bool IsKnownOf(RowSource source) => Sources.Contains(source.Basis);
}

/// <summary>A grade of a number.</summary>
/// <param name="From">Least number that has it; null for the last, which has no least.</param>
/// <param name="Value">What it is called.</param>
public sealed record Grade(decimal? From, string Value);

/// <summary>A column of schema <c>bi</c>.</summary>
/// <param name="View">The view.</param>
/// <param name="Column">The column.</param>
public sealed record StarColumn(string View, string Column);

/// <summary>A view of schema <c>bi</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Definition">What one row is.</param>
/// <param name="Columns">Columns whose meaning differs from the usual one of their name.</param>
public sealed record PublishedView(string Name, string Definition, IReadOnlyDictionary<string, string> Columns);
