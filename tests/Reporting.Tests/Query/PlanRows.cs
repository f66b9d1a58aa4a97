using System.Globalization;
using System.Text.Json;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Query;

namespace QrPlatform.Reporting.Tests.Query;

/// <summary>What one way of answering a query gives.</summary>
internal static class PlanRows
{
    /// <summary>The rows, their cells separated by bars. Numbers are equal whatever zeros they end with.</summary>
    public static async Task<List<string>> ReadAsync(ReaderSnapshot snapshot, QueryPlan plan, IReadOnlyList<QueryPart> parts)
    {
        await using var command = snapshot.Command("");
        QuerySql.Fill(command, plan, parts, snapshot.At);
        var rows = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            using var row = JsonDocument.Parse(reader.GetString(0));
            rows.Add(string.Join('|', row.RootElement.EnumerateArray().Select(cell => cell.ValueKind switch
            {
                JsonValueKind.Null => "∅",
                JsonValueKind.Number => (cell.GetDecimal() / 1.000000000000000000000000000000m).ToString(CultureInfo.InvariantCulture),
                _ => cell.GetString(),
            })));
        }

        return rows;
    }
}
