using System.Text.Json;
using QrPlatform.Reporting.Access;

namespace QrPlatform.Reporting.Query;

/// <summary>What an answer was made of, for <c>"explain": true</c>.</summary>
/// <param name="Sources">Where measures were read from.</param>
/// <param name="PassedOver">Cheaper sources that would not have been exact.</param>
/// <param name="RowsRead">Rows that the sources handed on, as the caller may see them.</param>
/// <param name="Milliseconds">Time of the statement in the database.</param>
internal sealed record QueryExplanation(IReadOnlyList<ExplainedSource> Sources, IReadOnlyList<PassedOver> PassedOver, long RowsRead, double Milliseconds)
{
    /// <summary>Runs the statement once more, counting.</summary>
    public static async Task<QueryExplanation> OfAsync(ReaderSnapshot snapshot, QueryPlan plan, QueryChoice choice, CancellationToken cancellationToken)
    {
        await using var command = snapshot.Command("");
        QuerySql.Fill(command, plan, choice.Parts, snapshot.At);
        command.CommandText = "explain (analyze, timing off, format json) " + command.CommandText;
        using var json = JsonDocument.Parse((string)(await command.ExecuteScalarAsync(cancellationToken))!);
        var root = json.RootElement[0];
        var milliseconds = root.GetProperty("Planning Time").GetDouble() + root.GetProperty("Execution Time").GetDouble();
        return new QueryExplanation(
            [.. choice.Parts.Select(part => new ExplainedSource(part.Source.Name, [.. part.Measures.Select(measure => measure.Name)]))],
            choice.PassedOver, Rows(root.GetProperty("Plan")) + choice.Parts.Sum(part => part.Source.RowsRead), Math.Round(milliseconds, 3));
    }

    private static long Rows(JsonElement node)
    {
        var own = node.TryGetProperty("Relation Name", out _) ? (long)Math.Round(node.GetProperty("Actual Rows").GetDouble() * node.GetProperty("Actual Loops").GetDouble()) : 0;
        return node.TryGetProperty("Plans", out var plans) ? own + plans.EnumerateArray().Sum(Rows) : own;
    }
}

/// <summary>A source of an answer.</summary>
/// <param name="Name">The source.</param>
/// <param name="Measures">Measures of the catalogue that were read from it.</param>
internal sealed record ExplainedSource(string Name, IReadOnlyList<string> Measures);
