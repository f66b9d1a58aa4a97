using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.Reporting.Access;

namespace QrPlatform.Reporting.Exports;

/// <summary>The statement of a row export; names come from the database's catalogue, values are parameters.</summary>
internal static class RowSql
{
    public static void Fill(NpgsqlCommand command, ExportedView view, RowRequest asked, SnapshotPosition at)
    {
        var conditions = asked.Filters.Select((filter, i) => Condition(filter, i)).ToList();
        if (view.Time is { } time && (asked.From ?? asked.To) is not null)
        {
            conditions.Add($"{time.Quoted} >= @from and {time.Quoted} < @to");
            command.Parameters.Add(Edge("from", time, at.FromAt, at.FirstDay));
            command.Parameters.Add(Edge("to", time, at.ToAt, at.LastDay.AddDays(1)));
        }

        for (var i = 0; i < asked.Filters.Count; i++)
            command.Parameters.Add(new NpgsqlParameter($"f{i}", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = asked.Filters[i].Values });
        var where = conditions.Count == 0 ? "" : "\nwhere " + string.Join("\n  and ", conditions.Select(condition => $"({condition})"));
        var limit = asked.Limit is { } most ? string.Create(CultureInfo.InvariantCulture, $"\nlimit {most}") : "";
        command.CommandText = $"select json_build_array({string.Join(", ", view.Columns.Select(Cell))})::text\nfrom bi.\"{view.Name}\" v{where}{OrderBy(view)}{limit}";
    }

    private static NpgsqlParameter Edge(string name, ExportedColumn time, DateTime instant, DateOnly day) => time.IsInstant
        ? new NpgsqlParameter(name, NpgsqlDbType.TimestampTz) { Value = instant }
        : new NpgsqlParameter(name, NpgsqlDbType.Date) { Value = day };

    private static string Cell(ExportedColumn column) =>
        column.IsInstant ? $"to_char({column.Quoted} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')" : column.Quoted;

    private static string Condition(RowFilter filter, int index)
    {
        var (key, values) = (filter.Column.Quoted, $"@f{index}::{filter.Column.Type}[]");
        var compared = filter.Column.Type == "text" ? $"{key} collate \"C\"" : key;
        return filter.Operator switch
        {
            "eq" or "in" => filter.HasNull ? $"{key} = any ({values}) or {key} is null" : $"{key} = any ({values})",
            "ne" or "nin" => filter.HasNull ? $"{key} <> all ({values}) and {key} is not null" : $"{key} <> all ({values}) or {key} is null",
            "gt" => $"{compared} > ({values})[1]",
            "gte" => $"{compared} >= ({values})[1]",
            "lt" => $"{compared} < ({values})[1]",
            _ => $"{compared} <= ({values})[1]",
        };
    }

    // In time, as an index has it; whatever has no time by its key.
    private static string OrderBy(ExportedView view)
    {
        string[] order = view.Time is { } time
            ? [time.Quoted, .. ((string[])["event_id", "ordinal", "campaign_id"]).Select(view.Find).OfType<ExportedColumn>().Select(column => column.Quoted)]
            : [view.Columns[0].Quoted];
        return $"\norder by {string.Join(", ", order.Distinct())}";
    }
}
