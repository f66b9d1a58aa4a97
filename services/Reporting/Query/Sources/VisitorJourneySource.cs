using Npgsql;
using NpgsqlTypes;
using QrPlatform.Bi;
using QrPlatform.Reporting.Query.Visitors;

namespace QrPlatform.Reporting.Query.Sources;

/// <summary>Journeys of visitors that were followed before, group by group, through all scans and steps in columns: the statement is handed the counts.</summary>
/// <param name="dimensions">The query's dimensions.</param>
/// <param name="keys">The groups' keys, an array per dimension.</param>
/// <param name="groups">The groups.</param>
/// <param name="rows">Scans and steps that were looked at: of others, not even their number is told.</param>
internal sealed class VisitorJourneySource(IReadOnlyList<Dimension> dimensions, IReadOnlyList<Array> keys, IReadOnlyList<GroupJourneys> groups, long rows) : PartSource("visitor_journeys")
{
    private static readonly string[] Counts = ["started", "is_cross_campaign", .. JourneySource.Steps.Select(step => step.Column)];

    public override bool IsFiltered => true;

    public override long RowsRead => rows;

    public override string From =>
        $"unnest({string.Join(", ", dimensions.Select((_, i) => $"@journeys_k{i}").Concat(Counts.Select((_, i) => $"@journeys_n{i}")))}) as j ({string.Join(", ", dimensions.Select((_, i) => $"k{i}").Concat(Counts))})";

    public override string InRange => "true";

    public override void AddTo(NpgsqlParameterCollection parameters)
    {
        for (var i = 0; i < keys.Count; i++) parameters.Add(new NpgsqlParameter($"journeys_k{i}", dimensions[i].ArrayType) { Value = keys[i] });
        for (var i = 0; i < Counts.Length; i++)
        {
            var counted = i;
            parameters.Add(new NpgsqlParameter($"journeys_n{i}", NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = groups.Select(group => Count(group, counted)).ToArray() });
        }
    }

    public override string Key(Dimension dimension) => $"j.k{dimensions.ToList().IndexOf(dimension)}";

    // A group is one row.
    public override string Value(Measure measure, IReadOnlyList<Dimension> by) => $"sum(j.{(measure.Where.Count == 0 ? Counts[0] : measure.Where.Single().Column)})";

    private static long Count(GroupJourneys group, int counted) => counted switch { 0 => group.Started, 1 => group.CrossCampaign, _ => group.Reached[counted - 2] };
}
