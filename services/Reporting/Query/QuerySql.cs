using System.Text;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.Bi;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Catalogue;
using QrPlatform.Reporting.Query.Sources;

namespace QrPlatform.Reporting.Query;

/// <summary>
/// Makes one statement of a plan: an aggregate per source, put together by their dimensions. Only text from the catalogue becomes SQL;
/// whatever a user wrote is a parameter. Each row of the result is a JSON array in the order of the answer's columns.
/// </summary>
internal static class QuerySql
{
    public static void Fill(NpgsqlCommand command, QueryPlan plan, IReadOnlyList<QueryPart> parts, SnapshotPosition at)
    {
        var parameters = command.Parameters;
        parameters.Add(new NpgsqlParameter("zone", NpgsqlDbType.Text) { Value = at.Zone });
        parameters.Add(new NpgsqlParameter("fiscal", NpgsqlDbType.Integer) { Value = at.FiscalMonthsAhead });
        parameters.Add(new NpgsqlParameter("from", NpgsqlDbType.TimestampTz) { Value = at.FromAt });
        parameters.Add(new NpgsqlParameter("to", NpgsqlDbType.TimestampTz) { Value = at.ToAt });
        parameters.Add(new NpgsqlParameter("firstday", NpgsqlDbType.Date) { Value = at.FirstDay });
        parameters.Add(new NpgsqlParameter("lastday", NpgsqlDbType.Date) { Value = at.LastDay });
        parameters.Add(new NpgsqlParameter("asof", NpgsqlDbType.TimestampTz) { Value = at.AsOf });
        parameters.Add(new NpgsqlParameter("limit", NpgsqlDbType.Integer) { Value = plan.Limit + 1 });
        if (plan.After is { } after) parameters.Add(new NpgsqlParameter("after", NpgsqlDbType.Bigint) { Value = after });
        for (var i = 0; i < plan.Filters.Count; i++)
            parameters.Add(new NpgsqlParameter($"f{i}", plan.Filters[i].Dimension.ArrayType) { Value = plan.Filters[i].Values });
        foreach (var part in parts) part.Source.AddTo(parameters);
        command.CommandText = Compose(plan, parts);
    }

    public static string Compose(QueryPlan plan, IReadOnlyList<QueryPart> parts)
    {
        var measures = parts.SelectMany(part => part.Measures).ToList();
        var dimensions = Enumerable.Range(0, plan.Dimensions.Count).Select(i => $"d{i}").ToList();

        var sql = new StringBuilder(plan.OfPlacements ? $"with {LocalTimes.Zones}, parts as (\n" : "with parts as (\n").AppendJoin("\n  union all\n", parts.Select(part => Part(plan, measures, part)))
            .Append("\n), combined as (\n  ").Append(Combined(plan, dimensions, measures, parts.Count))
            .Append("\n), valued as (\n  select ")
            .AppendJoin(", ", dimensions.Concat(plan.Metrics.Select((metric, i) => $"{Value(plan, metric, measures)} as m{i}")))
            .Append("\n  from combined\n)\nselect json_build_array(")
            .AppendJoin(", ", plan.Dimensions.Select((dimension, i) => dimension.Label($"d{i}", plan.OfPlacements)).Concat(plan.Metrics.Select((_, i) => $"m{i}")))
            .Append(")::text\nfrom valued");

        var order = Orderings(plan).ToList();
        if (order.Count > 0) sql.Append("\norder by ").AppendJoin(", ", order);
        return sql.Append("\nlimit @limit").ToString();
    }

    // A measure is computed in one part and null in the others, so the largest is the only one; where there is one part, it has each group once.
    private static string Combined(QueryPlan plan, List<string> dimensions, List<Measure> measures, int parts)
    {
        if (parts == 1 && plan.Axis is null) return "select * from parts";
        var rows = plan.Axis is { } axis ? $"({Filled(plan, axis, measures)}) filled" : "parts";
        return $"select {string.Join(", ", dimensions.Concat(measures.Select((_, i) => $"max(c{i}) as c{i}")))}\n  from {rows}{GroupBy(plan)}";
    }

    private static string Part(QueryPlan plan, List<Measure> measures, QueryPart part)
    {
        var source = part.Source;
        var (keys, from) = (plan.Dimensions.Select(source.Key).ToList(), source.From);
        var conditions = new List<string> { source.InRange };
        if (!source.IsFiltered) conditions.AddRange(plan.Filters.Select((filter, i) => Condition(filter, source.Key(filter.Dimension), $"@f{i}")));
        if (source.Grouped(keys, conditions, part.Measures) is { } grouped) (keys, from, conditions) = ([.. keys.Select((_, i) => $"g.d{i}")], $"{grouped} g", ["true"]);
        var columns = keys.Select((key, i) => $"{key} as d{i}")
            .Concat(measures.Select((measure, i) => part.Measures.Contains(measure)
                ? $"({source.Value(measure, plan.Dimensions)})::{measure.SqlType} as c{i}"
                : $"null::{measure.SqlType} as c{i}"));
        if (source.Rows(part.Measures) is { } rows) conditions.Add(rows);
        if (plan.After is not null) conditions.Add("e.seq_id > @after");
        var having = plan.Dimensions.Count > 0 && source.Present([.. part.Measures, .. part.Presences]) is { } present ? $"\n  having {present}" : "";
        return $"  select {string.Join(", ", columns)}\n  from {from}\n  where {string.Join("\n    and ", conditions.Select(condition => $"({condition})"))}{GroupBy(plan)}{having}";
    }

    // Every time of the axis with every combination of the other dimensions that there is.
    private static string Filled(QueryPlan plan, Dimension axis, List<Measure> measures)
    {
        var filled = plan.Dimensions.Select((dimension, i) => dimension == axis ? $"a.key as d{i}" : $"o.d{i}")
            .Concat(measures.Select((measure, i) => $"null::{measure.SqlType} as c{i}"));
        var others = Enumerable.Range(0, plan.Dimensions.Count).Where(i => plan.Dimensions[i] != axis).Select(i => $"d{i}").ToList();
        var groups = others.Count == 0 ? "" : $" cross join (select distinct {string.Join(", ", others)} from parts) o";
        return $"select * from parts union all select {string.Join(", ", filled)} from ({TimeAxis.Sql(plan, axis, Condition)}) a{groups}";
    }

    // Whoever excludes a value does not exclude rows without value, as a person would expect, other than SQL.
    internal static string Condition(DimensionFilter filter, string key, string values)
    {
        var compared = filter.Dimension.Kind == DimensionKind.Text ? $"({key}) collate \"C\"" : $"({key})";
        return filter.Operator switch
        {
            "eq" or "in" => filter.HasNull ? $"({key}) = any ({values}) or ({key}) is null" : $"({key}) = any ({values})",
            "ne" or "nin" => filter.HasNull ? $"({key}) <> all ({values}) and ({key}) is not null" : $"({key}) <> all ({values}) or ({key}) is null",
            "gt" => $"{compared} > ({values})[1]",
            "gte" => $"{compared} >= ({values})[1]",
            "lt" => $"{compared} < ({values})[1]",
            _ => $"{compared} <= ({values})[1]",
        };
    }

    private static string Value(QueryPlan plan, Metric metric, List<Measure> measures)
    {
        string Column(string name) => $"c{measures.FindIndex(measure => measure.Name == name)}";
        if (plan.ByConversionType) return $"coalesce({Column(metric.ByConversionType!.Name)}, 0)";
        var noPlaces = string.Join(", ", Enumerable.Range(0, plan.Dimensions.Count).Where(i => !plan.Dimensions[i].IsOfPlaces).Select(i => $"d{i}"));
        var value = MetricSql.Value(metric.Formula, Column, noPlaces);
        if (metric.Least is { } least)
        {
            Formula[] samples = metric.Formula.ComparesPlaces ? [new Formula.MeasureValue(least.Measure.Name), new Formula.OtherPlaces(least.Measure.Name)] : [new Formula.MeasureValue(least.Measure.Name)];
            value = $"case when {string.Join(" and ", samples.Select(sample => $"{MetricSql.Value(sample, Column, noPlaces)} >= {least.Count}"))} then {value} end";
        }

        // Where all of the range has settled, the planner left out what would tell.
        return metric.Settles is { } settles && measures.Contains(settles.Measure)
            ? $"case when {Column(settles.Measure.Name)} + interval '{settles.Hours} hours' <= @asof then {value} end"
            : value;
    }

    // What is asked for, then every dimension, so that equal rows come in the same order each time.
    private static IEnumerable<string> Orderings(QueryPlan plan)
    {
        var names = plan.Dimensions.Select(dimension => dimension.Name).ToList();
        var metrics = plan.Metrics.Select(metric => metric.Name).ToList();
        foreach (var ordering in plan.OrderBy.Concat(names.Select(name => new Ordering(name, Descending: false))))
        {
            var dimension = names.IndexOf(ordering.Field);
            var column = dimension < 0 ? $"m{metrics.IndexOf(ordering.Field)}"
                : plan.Dimensions[dimension].SqlType == "text" ? $"d{dimension} collate \"C\"" : $"d{dimension}";
            yield return $"{column} {(ordering.Descending ? "desc" : "asc")} nulls last";
        }
    }

    private static string GroupBy(QueryPlan plan) =>
        plan.Dimensions.Count == 0 ? "" : "\n  group by " + string.Join(", ", Enumerable.Range(1, plan.Dimensions.Count));
}
