using QrPlatform.Bi;

namespace QrPlatform.Reporting.Query.Sources;

/// <summary>
/// Rows that must be made of the events that the range and the filters leave before they can be counted: of visitors, or of sessions. They begin
/// with a scan, whose labels they have.
/// </summary>
/// <param name="name">Its name in explanations.</param>
/// <param name="events">The events.</param>
internal abstract class GroupedSource(string name, FactSource events) : PartSource(name)
{
    public sealed override string From => events.From;

    public sealed override string InRange => events.InRange;

    public sealed override string Key(Dimension dimension) => events.Key(dimension);

    public sealed override string Value(Measure measure, IReadOnlyList<Dimension> by) => measure.Aggregated("g");

    public abstract override string Grouped(IReadOnlyList<string> keys, IReadOnlyList<string> conditions, IReadOnlyList<Measure> measures);

    /// <summary>The labels as columns, each followed by a comma.</summary>
    protected static string Keys(IReadOnlyList<string> keys) => string.Concat(keys.Select((key, i) => $"{key} as d{i}, "));

    protected static string And(IReadOnlyList<string> conditions) => string.Join(" and ", conditions.Select(condition => $"({condition})"));
}
