namespace QrPlatform.Reporting.Catalogue;

/// <summary>Where a component's rows are read from.</summary>
internal enum RowSource
{
    /// <summary>One row per event, dated by the event, in the context of its session's attribution scan: <c>bi_query.event e</c>.</summary>
    Events,

    /// <summary>One row per entry of an event's conversions: the same, with <c>t.conversion_type</c>.</summary>
    Conversions,

    /// <summary>Events without consent, by code and hour: <c>bi_query.unconsented u</c>.</summary>
    Unconsented,

    /// <summary>Campaign costs, by campaign and day of the tenant: <c>bi_query.campaign_cost k</c>.</summary>
    Costs,
}

/// <summary>How a metric behaves when rows of an answer are put together.</summary>
internal enum Additivity
{
    /// <summary>May be summed over every dimension.</summary>
    Additive,

    /// <summary>Counts distinct persons: may not be summed.</summary>
    Distinct,

    /// <summary>A ratio of sums: recomputed at every grain, never averaged.</summary>
    Ratio,
}

/// <summary>One aggregate that metrics are made of.</summary>
/// <param name="Source">Where its rows come from.</param>
/// <param name="Rows">SQL condition: which rows belong to it.</param>
/// <param name="Aggregate">SQL aggregate over those rows.</param>
/// <param name="SqlType">Type of the aggregate.</param>
internal sealed record Component(RowSource Source, string Rows, string Aggregate, string SqlType);

/// <summary>One definition of a number, from which everything that shows it is made.</summary>
/// <param name="Name">Its name in the API.</param>
/// <param name="Description">One sentence for people.</param>
/// <param name="Unit">Unit of the value.</param>
/// <param name="Additivity">Whether it may be summed.</param>
/// <param name="DatedBy">Which instant puts it on a day.</param>
/// <param name="Components">What it is made of.</param>
/// <param name="Value">SQL expression over the components, <c>{0}</c>, <c>{1}</c> …; null where there is no value.</param>
internal sealed record Metric(
    string Name, string Description, string Unit, Additivity Additivity, string DatedBy, IReadOnlyList<Component> Components, string Value)
{
    /// <summary>The value is decided by the clock too, not only by events: until the range is this old.</summary>
    public TimeSpan? SettlesAfter { get; init; }

    /// <summary>It is made of costs, which are known by the dimensions with a <see cref="Dimension.CostKey"/> only.</summary>
    public bool OfCosts => Components.Any(component => component.Source == RowSource.Costs);

    /// <summary>The same by conversion type, where that dimension or filter is used; null where that makes no sense.</summary>
    public Component? ByConversionType { get; init; }
}
