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

    /// <summary>The answer says what it was made of, and is computed anew.</summary>
    public bool Explain { get; init; }

    /// <summary>Something asks for conversions by their type, so they are counted one by one.</summary>
    public bool ByConversionType => Dimensions.Any(dimension => dimension.OfConversions) || Filters.Any(filter => filter.Dimension.OfConversions);
}

/// <summary>A condition on a dimension.</summary>
/// <param name="Dimension">The dimension.</param>
/// <param name="Operator">One of its operators.</param>
/// <param name="Values">The values but null, as an array of the dimension's type.</param>
/// <param name="HasNull">Null is among the values.</param>
internal sealed record DimensionFilter(Dimension Dimension, string Operator, Array Values, bool HasNull);

/// <summary>A column to sort by; missing values come last in either direction.</summary>
internal sealed record Ordering(string Field, bool Descending);
