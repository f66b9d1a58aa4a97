using Npgsql;
using NpgsqlTypes;
using QrPlatform.Bi;

namespace QrPlatform.Reporting.Query.Sources;

/// <summary>Distinct visitors that were counted before, group by group, from all scans in columns: the statement is handed the counts.</summary>
/// <param name="dimensions">The query's dimensions.</param>
/// <param name="keys">The groups' keys, an array per dimension.</param>
/// <param name="visitors">Distinct visitors by group.</param>
/// <param name="returning">Those of them who had scanned before.</param>
/// <param name="scans">Scans that were counted: of others, not even their number is told.</param>
internal sealed class VisitorScanSource(IReadOnlyList<Dimension> dimensions, IReadOnlyList<Array> keys, long[] visitors, long[] returning, long scans)
    : PartSource("visitor_scans")
{
    public override bool IsFiltered => true;

    public override long RowsRead => scans;

    public override string From =>
        $"unnest({string.Join(", ", dimensions.Select((_, i) => $"@visitors_k{i}").Append("@visitors_n").Append("@visitors_r"))}) as v ({string.Join(", ", dimensions.Select((_, i) => $"k{i}").Append("visitors").Append("returning_visitors"))})";

    public override string InRange => "true";

    public override void AddTo(NpgsqlParameterCollection parameters)
    {
        for (var i = 0; i < keys.Count; i++) parameters.Add(new NpgsqlParameter($"visitors_k{i}", dimensions[i].ArrayType) { Value = keys[i] });
        parameters.Add(new NpgsqlParameter("visitors_n", NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = visitors });
        parameters.Add(new NpgsqlParameter("visitors_r", NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = returning });
    }

    public override string Key(Dimension dimension) => $"v.k{dimensions.ToList().IndexOf(dimension)}";

    // A group is one row.
    public override string Value(Measure measure, IReadOnlyList<Dimension> by) =>
        measure.Cells == VisitorCells.Returning ? "sum(v.returning_visitors)" : "sum(v.visitors)";

    public override string? Present(IReadOnlyList<Measure> measures) =>
        measures.All(measure => measure.Cells == VisitorCells.Returning) ? "sum(v.returning_visitors) > 0" : null;
}
