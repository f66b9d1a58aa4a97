using QrPlatform.Bi;

namespace QrPlatform.Reporting.Query;

/// <summary>A query whose every name and value was checked against the catalogue.</summary>
internal sealed record QueryPlan(
    IReadOnlyList<Metric> Metrics,
    IReadOnlyList<Dimension> Dimensions,
    IReadOnlyList<DimensionFilter> Filters,
    DateOnly From,
    DateOnly To,
    string? TimeZone,
    IReadOnlyList<Ordering> OrderBy,
    int Limit)
{
    /// <summary>Counts only events after this sequence of the log, for sums that go on; null for all.</summary>
    public long? After { get; init; }

    /// <summary>Each row counts in the local time of its code's placement; <see cref="TimeZone"/> is null then.</summary>
    public bool OfPlacements { get; init; }

    /// <summary>The answer says what it was made of, and is computed anew.</summary>
    public bool Explain { get; init; }

    /// <summary>A range that ends today, instead of <see cref="From"/> and <see cref="To"/>.</summary>
    public NamedPeriod? Period { get; init; }

    /// <summary>The range that the answer is compared with, or null.</summary>
    public Comparison? Compare { get; init; }

    /// <summary>The metrics over all rows are asked for.</summary>
    public bool Totals { get; init; }

    /// <summary>The metrics by each beginning of the dimensions are asked for.</summary>
    public bool Subtotals { get; init; }

    /// <summary>Only the greatest values of a dimension have rows of their own; null for all.</summary>
    public TopValues? Top { get; init; }

    /// <summary>Withholds what the reader may see in groups only; null where there is nothing of the kind.</summary>
    public PersonGroups? Groups { get; init; }

    /// <summary>Every hour, day … of the range has rows, also those without anything.</summary>
    public bool Fill { get; init; }

    /// <summary>Something asks for conversions by their type, so they are counted one by one.</summary>
    public bool ByConversionType => Dimensions.Any(dimension => dimension.OfConversions) || Filters.Any(filter => filter.Dimension.OfConversions);

    /// <summary>The time that is filled.</summary>
    public Dimension? Axis => Fill ? Dimensions.SingleOrDefault(dimension => dimension.Grain is not null) : null;

    /// <summary>The days that are asked for.</summary>
    public Access.AskedDays Days => Period is { } period ? new(TimeZone, null, null) { Period = period, OfPlacements = OfPlacements } : new(TimeZone, From, To) { OfPlacements = OfPlacements };

    /// <summary>Names of the answer's columns.</summary>
    public IEnumerable<string> Columns => Dimensions.Select(dimension => dimension.Name).Concat(Metrics.Select(metric => metric.Name));

    /// <summary>The same by other dimensions, ordered by what is left of the order.</summary>
    public QueryPlan By(IReadOnlyList<Dimension> dimensions)
    {
        var plan = this with { Dimensions = dimensions, Fill = Fill && dimensions.Any(dimension => dimension.Grain is not null) };
        return plan with { OrderBy = [.. OrderBy.Where(ordering => plan.Columns.Contains(ordering.Field))] };
    }
}

/// <summary>A range that ends today.</summary>
internal enum NamedPeriod
{
    /// <summary>From the first of the month.</summary>
    Mtd,

    /// <summary>From the first of the quarter.</summary>
    Qtd,

    /// <summary>From the first of the year.</summary>
    Ytd,

    /// <summary>From the first of the fiscal quarter.</summary>
    Fqtd,

    /// <summary>From the first of the fiscal year.</summary>
    Fytd,
}

/// <summary>The greatest values of a dimension.</summary>
/// <param name="Dimension">The dimension.</param>
/// <param name="By">The metric that ranks them.</param>
/// <param name="Count">How many.</param>
internal sealed record TopValues(Dimension Dimension, Metric By, int Count);

/// <summary>A condition on a dimension.</summary>
/// <param name="Dimension">The dimension.</param>
/// <param name="Operator">One of its operators.</param>
/// <param name="Values">The values but null, as an array of the dimension's type.</param>
/// <param name="HasNull">Null is among the values.</param>
internal sealed record DimensionFilter(Dimension Dimension, string Operator, Array Values, bool HasNull);

/// <summary>A column to sort by; missing values come last in either direction.</summary>
internal sealed record Ordering(string Field, bool Descending);
