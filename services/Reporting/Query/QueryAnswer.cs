using System.Buffers;
using System.Text;
using System.Text.Json;
using QrPlatform.Reporting.Access;

namespace QrPlatform.Reporting.Query;

/// <summary>Reads everything that a query asks for from one snapshot, as members of a JSON object.</summary>
internal sealed class QueryAnswer(QueryPlanner planner)
{
    private const int MostRows = 100_000;

    public async Task<QueryRows> ReadAsync(ReaderSnapshot snapshot, QueryPlan plan, CancellationToken cancellationToken)
    {
        var at = snapshot.At;
        var json = new ArrayBufferWriter<byte>();
        var own = plan;
        DimensionFilter? top = null;
        if (plan.Top is { } asked)
        {
            top = await TopAsync(snapshot, plan, asked, cancellationToken);
            own = plan with { Filters = [.. plan.Filters, top] };
        }

        json.Write("\"rows\":"u8);
        var truncated = await WriteRowsAsync(json, snapshot, own, at, cancellationToken);
        if (top is not null) await WriteOthersAsync(json, snapshot, plan, top, cancellationToken);
        if (plan.Totals)
        {
            json.Write(",\"totals\":"u8);
            json.Write((await RowsAsync(snapshot, plan.By([]), at, cancellationToken)).Single());
        }

        if (plan.Subtotals) await WriteSubtotalsAsync(json, snapshot, own, cancellationToken);
        if (plan.Compare is not null) await WriteComparisonAsync(json, snapshot, own, plan, cancellationToken);
        plan.Groups?.Describe(json);
        return new QueryRows(json.WrittenMemory, truncated);
    }

    // The greatest values of a dimension over the whole range, as a filter; null is a value too.
    private async Task<DimensionFilter> TopAsync(ReaderSnapshot snapshot, QueryPlan plan, TopValues top, CancellationToken cancellationToken)
    {
        var ranking = plan.By([top.Dimension]) with { Metrics = [top.By], OrderBy = [new Ordering(top.By.Name, Descending: true)], Limit = top.Count, Fill = false };
        var read = new List<object>();
        var hasNull = false;
        foreach (var row in (await RowsAsync(snapshot, ranking, snapshot.At, cancellationToken)).Take(top.Count))
        {
            using var cells = JsonDocument.Parse(row);
            if (LabelValues.Read(top.Dimension, cells.RootElement[0], plan.OfPlacements) is { } value) read.Add(value);
            else hasNull |= cells.RootElement[0].ValueKind == JsonValueKind.Null;
        }

        var values = LabelValues.NewArray(top.Dimension, read.Count);
        for (var i = 0; i < read.Count; i++) values.SetValue(read[i], i);
        return new DimensionFilter(top.Dimension, "in", values, hasNull);
    }

    private async Task WriteOthersAsync(ArrayBufferWriter<byte> json, ReaderSnapshot snapshot, QueryPlan plan, DimensionFilter top, CancellationToken cancellationToken)
    {
        var others = plan.By([.. plan.Dimensions.Where(dimension => dimension != top.Dimension)]);
        others = others with { Filters = [.. plan.Filters, top with { Operator = "nin" }], Limit = MostRows };
        json.Write(",\"other\":{\"columns\":"u8);
        json.Write(JsonSerializer.SerializeToUtf8Bytes(others.Columns));
        json.Write(",\"rows\":"u8);
        await WriteRowsAsync(json, snapshot, others, snapshot.At, cancellationToken);
        json.Write("}"u8);
    }

    // Of every beginning of the dimensions, so that each level of a table has its sums.
    private async Task WriteSubtotalsAsync(ArrayBufferWriter<byte> json, ReaderSnapshot snapshot, QueryPlan plan, CancellationToken cancellationToken)
    {
        json.Write(",\"subtotals\":["u8);
        for (var count = 1; count < plan.Dimensions.Count; count++)
        {
            var level = plan.By([.. plan.Dimensions.Take(count)]) with { Limit = MostRows };
            json.Write(count == 1 ? "{\"columns\":"u8 : ",{\"columns\":"u8);
            json.Write(JsonSerializer.SerializeToUtf8Bytes(level.Columns));
            json.Write(",\"rows\":"u8);
            await WriteRowsAsync(json, snapshot, level, snapshot.At, cancellationToken);
            json.Write("}"u8);
        }

        json.Write("]"u8);
    }

    private async Task WriteComparisonAsync(ArrayBufferWriter<byte> json, ReaderSnapshot snapshot, QueryPlan plan, QueryPlan whole, CancellationToken cancellationToken)
    {
        var before = await ComparedRange.OfAsync(snapshot, plan, snapshot.At, cancellationToken);
        var range = new { dateRange = new { from = before.FirstDay, to = before.LastDay }, from = before.FromAt, until = before.ToAt };
        var described = JsonSerializer.SerializeToUtf8Bytes(range);
        json.Write(",\"comparison\":"u8);
        json.Write(described.AsSpan(0, described.Length - 1));
        json.Write(",\"rows\":"u8);
        await WriteRowsAsync(json, snapshot, plan with { Limit = MostRows }, before, cancellationToken);
        if (plan.Totals)
        {
            json.Write(",\"totals\":"u8);
            json.Write((await RowsAsync(snapshot, whole.By([]), before, cancellationToken)).Single());
        }

        json.Write("}"u8);
    }

    // Whether there were more rows than the limit.
    private async Task<bool> WriteRowsAsync(ArrayBufferWriter<byte> json, ReaderSnapshot snapshot, QueryPlan plan, SnapshotPosition at, CancellationToken cancellationToken)
    {
        if (plan.Groups is { } groups) return groups.Write(json, plan, await RowsAsync(snapshot, PersonGroups.Whole(plan), at, cancellationToken));
        await using var command = snapshot.Command("");
        var choice = await planner.ChooseAsync(snapshot, plan, at, cancellationToken);
        QuerySql.Fill(command, plan, choice.Parts, at);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        json.Write("["u8);
        var count = 0;
        while (await reader.ReadAsync(cancellationToken) && ++count <= plan.Limit)
        {
            if (count > 1) json.Write(","u8);
            Encoding.UTF8.GetBytes(reader.GetString(0), json);
        }

        json.Write("]"u8);
        return count > plan.Limit;
    }

    private async Task<List<byte[]>> RowsAsync(ReaderSnapshot snapshot, QueryPlan plan, SnapshotPosition at, CancellationToken cancellationToken)
    {
        var json = new ArrayBufferWriter<byte>();
        await WriteRowsAsync(json, snapshot, plan, at, cancellationToken);
        using var rows = JsonDocument.Parse(json.WrittenMemory);
        return [.. rows.RootElement.EnumerateArray().Select(row => Encoding.UTF8.GetBytes(row.GetRawText()))];
    }
}
