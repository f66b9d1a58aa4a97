namespace QrPlatform.Bi;

/// <summary>Something that is wrong with a catalogue file.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Field">Path of the field, such as <c>metrics.revenue.unit</c>.</param>
/// <param name="Message">What is wrong and what would be allowed.</param>
public sealed record CatalogueFault(string File, int Line, string Field, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}: {Field}: {Message}";
}

/// <summary>The catalogue does not compile.</summary>
/// <param name="faults">Everything that is wrong.</param>
public sealed class CatalogueException(IReadOnlyList<CatalogueFault> faults) : Exception(string.Join('\n', faults))
{
    /// <summary>Everything that is wrong.</summary>
    public IReadOnlyList<CatalogueFault> Faults => faults;
}
