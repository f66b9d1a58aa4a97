namespace QrPlatform.Bi;

/// <summary>A formula over measures. A measure without rows is 0; what is divided by 0 has no value.</summary>
public abstract record Formula
{
    private Formula()
    {
    }

    /// <summary>A number.</summary>
    /// <param name="Value">Its value.</param>
    public sealed record Number(decimal Value) : Formula;

    /// <summary>A measure's value.</summary>
    /// <param name="Name">The measure.</param>
    public sealed record MeasureValue(string Name) : Formula;

    /// <summary>One of <c>+ - * /</c>.</summary>
    /// <param name="Operator">Which.</param>
    /// <param name="Left">Left operand.</param>
    /// <param name="Right">Right operand.</param>
    public sealed record Operation(char Operator, Formula Left, Formula Right) : Formula;

    /// <summary>A square root, such as intervals have.</summary>
    /// <param name="Of">What it is the root of; not negative.</param>
    public sealed record SquareRoot(Formula Of) : Formula;

    /// <summary>
    /// A measure's value over all other places: of the rows that the filters leave and that differ in country, region or city only, less the row's own.
    /// </summary>
    /// <param name="Name">The measure.</param>
    public sealed record OtherPlaces(string Name) : Formula;

    /// <summary>The names of all measures in it, each once, in the order of their first use.</summary>
    public IEnumerable<string> MeasureNames => this switch
    {
        MeasureValue measure => [measure.Name],
        OtherPlaces others => [others.Name],
        Operation operation => operation.Left.MeasureNames.Concat(operation.Right.MeasureNames).Distinct(StringComparer.Ordinal),
        SquareRoot root => root.Of.MeasureNames,
        _ => [],
    };

    /// <summary>It compares a place with the others, so that it has no value without places.</summary>
    public bool ComparesPlaces => this switch
    {
        OtherPlaces => true,
        Operation operation => operation.Left.ComparesPlaces || operation.Right.ComparesPlaces,
        SquareRoot root => root.Of.ComparesPlaces,
        _ => false,
    };

    /// <summary>Something in it is divided.</summary>
    public bool Divides => this switch
    {
        Operation operation => operation.Operator == '/' || operation.Left.Divides || operation.Right.Divides,
        SquareRoot root => root.Of.Divides,
        _ => false,
    };
}
