namespace QrPlatform.Reporting.Catalogue;

/// <summary>What kind of values a dimension has, which decides how filter values are read and compared.</summary>
internal enum DimensionKind
{
    /// <summary>Text, compared byte by byte.</summary>
    Text,

    /// <summary>One of a few fixed texts, which have no order.</summary>
    Choice,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A start instant, labelled with its offset.</summary>
    Hour,

    /// <summary>A local calendar period, labelled by its name.</summary>
    Period,
}

/// <summary>Something that numbers are broken down or filtered by.</summary>
/// <param name="Name">Its name in the API.</param>
/// <param name="Description">One sentence for people.</param>
/// <param name="Kind">Kind of its values.</param>
/// <param name="Key">SQL over an event row <c>e</c>, with <c>@zone</c>: what is grouped, ordered and compared.</param>
internal sealed record Dimension(string Name, string Description, DimensionKind Kind, string Key)
{
    private static readonly string[] AllOperators = ["eq", "ne", "in", "nin", "gt", "gte", "lt", "lte"];

    /// <summary>The same over a row <c>u</c> of unconsented events; null where that is not known.</summary>
    public string? UnconsentedKey { get; init; }

    /// <summary>The same over a row <c>k</c> of campaign costs; null where costs are not known by it.</summary>
    public string? CostKey { get; init; }

    /// <summary>SQL that makes the label from the key, <c>{0}</c>.</summary>
    public string Label { get; init; } = "{0}";

    /// <summary>The values of a <see cref="DimensionKind.Choice"/>, the range of an integer, or null.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>An example of a label.</summary>
    public string? Example { get; init; }

    /// <summary>Smallest and largest integer.</summary>
    public (int Least, int Most) Range { get; init; }

    /// <summary>Only for metrics that can be told apart by conversion type.</summary>
    public bool OfConversions { get; init; }

    /// <summary>The filter operators that make sense.</summary>
    public IReadOnlyList<string> Operators => Kind == DimensionKind.Choice ? AllOperators[..4] : AllOperators;

    /// <summary>PostgreSQL type of the key.</summary>
    public string SqlType => Kind switch
    {
        DimensionKind.Integer => "integer",
        DimensionKind.Hour => "timestamptz",
        DimensionKind.Period => "timestamp",
        _ => "text",
    };
}
