using QrPlatform.Bi;

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

/// <summary>The values of the catalogue's dimensions.</summary>
internal static class DimensionValues
{
    private static readonly string[] AllOperators = ["eq", "ne", "in", "nin", "gt", "gte", "lt", "lte"];

    extension(Dimension dimension)
    {
        public DimensionKind Kind => dimension.Type switch
        {
            DimensionType.Text => DimensionKind.Text,
            DimensionType.Choice => DimensionKind.Choice,
            _ => dimension.Grain switch
            {
                TimeGrain.Hour => DimensionKind.Hour,
                TimeGrain.HourOfDay or TimeGrain.DayOfWeek => DimensionKind.Integer,
                _ => DimensionKind.Period,
            },
        };

        /// <summary>The filter operators that make sense.</summary>
        public IReadOnlyList<string> Operators => dimension.Kind == DimensionKind.Choice ? AllOperators[..4] : AllOperators;

        /// <summary>All values of a choice, or null.</summary>
        public IReadOnlyList<string>? Choices => dimension.Grades is { } grades ? [.. grades.Select(grade => grade.Value), dimension.Missing!] : null;

        /// <summary>Smallest and largest value of an integer.</summary>
        public (int Least, int Most) Range => dimension.Grain == TimeGrain.HourOfDay ? (0, 23) : (1, 7);
    }
}
