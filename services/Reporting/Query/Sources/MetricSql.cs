using System.Globalization;
using QrPlatform.Bi;

namespace QrPlatform.Reporting.Query.Sources;

/// <summary>The catalogue's metrics and measures in PostgreSQL's words. Parameters: <c>@from</c> (start of the range) and <c>@asof</c>.</summary>
internal static class MetricSql
{
    extension(Measure measure)
    {
        /// <summary>PostgreSQL type of the value.</summary>
        public string SqlType => measure.Type switch { MeasureType.Integer => "bigint", MeasureType.Decimal => "numeric", _ => "timestamptz" };

        /// <summary>Which rows belong to it.</summary>
        public string Rows(string alias) =>
            measure.Where.Count == 0 ? "true" : string.Join(" and ", measure.Where.Select(condition => Condition(condition, alias)));

        /// <summary>Its value over a group of rows.</summary>
        public string Aggregated(string alias)
        {
            var column = $"{alias}.{measure.Column}";
            var aggregate = measure.Aggregate switch
            {
                Aggregate.Count => measure.Column is null ? "count(*)" : $"count({column})",
                Aggregate.CountDistinct => $"count(distinct {column})",
                Aggregate.Sum => $"sum({column})",
                _ => $"max({column})",
            };
            return $"{aggregate} filter (where {measure.Rows(alias)})";
        }
    }

    /// <summary>A formula over columns with measures.</summary>
    /// <param name="formula">The formula.</param>
    /// <param name="column">The column with a measure, which is null where it has no rows.</param>
    /// <param name="otherDimensions">Columns of the dimensions that are no places, separated by commas.</param>
    public static string Value(Formula formula, Func<string, string> column, string otherDimensions)
    {
        var partition = otherDimensions.Length == 0 ? "" : $"partition by {otherDimensions}";
        var term = Term(formula, column, partition);
        return formula.Divides ? $"trim_scale({term})" : term;
    }

    private static string Term(Formula formula, Func<string, string> column, string partition) => formula switch
    {
        Formula.Number number => number.Value.ToString(CultureInfo.InvariantCulture),
        Formula.MeasureValue measure => $"coalesce({column(measure.Name)}, 0)",
        Formula.OtherPlaces others => $"(coalesce(sum({column(others.Name)}) over ({partition}), 0) - coalesce({column(others.Name)}, 0))",
        Formula.Operation { Operator: '/' } division => $"({Term(division.Left, column, partition)}::numeric / nullif({Term(division.Right, column, partition)}, 0))",
        Formula.SquareRoot root => $"sqrt(({Term(root.Of, column, partition)})::numeric)",
        Formula.Operation operation => $"({Term(operation.Left, column, partition)} {operation.Operator} {Term(operation.Right, column, partition)})",
        _ => throw new NotSupportedException(formula.GetType().Name),
    };

    private static string Condition(Condition condition, string alias)
    {
        var column = $"{alias}.{condition.Column}";
        return condition.Operator switch
        {
            null => column,
            "present" => $"{column} is not null",
            _ => $"{column} {condition.Operator} {Operand(condition.Operand!, alias)}",
        };
    }

    // Hours, because days would follow the database session's daylight saving.
    private static string Operand(Operand operand, string alias) => operand switch
    {
        { IsRangeStart: true } => "@from",
        { Number: { } number } => number.ToString(CultureInfo.InvariantCulture),
        { Text: { } text } => $"'{text}'",
        { Hours: > 0 } => $"{alias}.{operand.Column} + interval '{operand.Hours} hours'",
        _ => $"{alias}.{operand.Column}",
    };
}
