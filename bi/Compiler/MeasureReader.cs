namespace QrPlatform.Bi;

/// <summary>Reads one entry of <c>measures.yaml</c>.</summary>
internal static class MeasureReader
{
    public static Measure Read(YamlEntry entry)
    {
        entry.Allow("name", "definition", "source", "aggregate", "column", "type", "where", "rollup", "present", "cells");
        var source = entry.Choice<RowSource>("source");
        var aggregate = entry.Choice<Aggregate>("aggregate");
        var column = entry.OptionalText("column");
        if (aggregate != Aggregate.Count && column is null) entry.Note("column", "Is required, unless rows are counted.");
        var type = entry.Choice("type", MeasureType.Integer);
        if ((type == MeasureType.Instant) != (aggregate == Aggregate.Max)) entry.Note("type", "Must be instant for max, and only then.");
        var rollup = entry.OptionalText("rollup");
        if (rollup is not null && (source != RowSource.Event || aggregate is not (Aggregate.Count or Aggregate.Sum)))
            entry.Note("rollup", "Only counts and sums of events are in rollups.");
        var cells = entry.Choice("cells", VisitorCells.None);
        if (cells != VisitorCells.None && aggregate != Aggregate.CountDistinct) entry.Note("cells", "Only distinct counts are in visitor cells.");
        return new Measure(
            entry.Text("name"), entry.Sentence("definition"), source, aggregate, column, type, Conditions(entry), rollup, entry.OptionalText("present") ?? rollup, cells);
    }

    private static List<Condition> Conditions(YamlEntry entry)
    {
        var conditions = new List<Condition>();
        foreach (var text in entry.Texts("where"))
        {
            if (ConditionParser.Parse(text) is { } condition) conditions.Add(condition);
            else entry.Note("where", $"'{text}' is no condition. Allowed: a column, 'column present', or 'column OPERATOR operand' with = < <= > >= and a number, 'text', $from, or another column, which may be '+ N hours'.");
        }

        return conditions;
    }
}
