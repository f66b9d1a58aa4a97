using System.Text;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Catalogue;

namespace QrPlatform.Reporting.Query;

/// <summary>
/// Makes one statement of a plan: an aggregate per row source, put together by their dimensions. Only text from the catalogue becomes SQL;
/// whatever a user wrote is a parameter. Each row of the result is a JSON array in the order of the answer's columns.
/// </summary>
internal static class QuerySql
{
    public static void Fill(NpgsqlCommand command, QueryPlan plan, SnapshotPosition at)
    {
        var parameters = command.Parameters;
        parameters.Add(new NpgsqlParameter("zone", NpgsqlDbType.Text) { Value = at.Zone });
        parameters.Add(new NpgsqlParameter("from", NpgsqlDbType.TimestampTz) { Value = at.FromAt });
        parameters.Add(new NpgsqlParameter("to", NpgsqlDbType.TimestampTz) { Value = at.ToAt });
        parameters.Add(new NpgsqlParameter("firstday", NpgsqlDbType.Date) { Value = at.FirstDay });
        parameters.Add(new NpgsqlParameter("lastday", NpgsqlDbType.Date) { Value = at.LastDay });
        parameters.Add(new NpgsqlParameter("asof", NpgsqlDbType.TimestampTz) { Value = at.AsOf });
        parameters.Add(new NpgsqlParameter("limit", NpgsqlDbType.Integer) { Value = plan.Limit + 1 });
        if (plan.After is { } after) parameters.Add(new NpgsqlParameter("after", NpgsqlDbType.Bigint) { Value = after });
        for (var i = 0; i < plan.Filters.Count; i++)
            parameters.Add(new NpgsqlParameter($"f{i}", ArrayType(plan.Filters[i].Dimension)) { Value = plan.Filters[i].Values });
        command.CommandText = Compose(plan);
    }

    public static string Compose(QueryPlan plan)
    {
        var components = plan.Metrics.SelectMany(metric => ComponentsOf(plan, metric)).Distinct().ToList();
        var parts = components.Select(component => component.Source).Distinct().Select(source => Part(plan, components, source));
        var dimensions = Enumerable.Range(0, plan.Dimensions.Count).Select(i => $"d{i}").ToList();

        // A component is computed in one part and null in the others, so the largest is the only one.
        var sql = new StringBuilder("with parts as (\n").AppendJoin("\n  union all\n", parts).Append("\n), combined as (\n  select ")
            .AppendJoin(", ", dimensions.Concat(components.Select((_, i) => $"max(c{i}) as c{i}"))).Append("\n  from parts")
            .Append(GroupBy(plan))
            .Append("\n), valued as (\n  select ")
            .AppendJoin(", ", dimensions.Concat(plan.Metrics.Select((metric, i) => $"{Value(plan, metric, components)} as m{i}")))
            .Append("\n  from combined\n)\nselect json_build_array(")
            .AppendJoin(", ", plan.Dimensions.Select((dimension, i) => Apply(dimension.Label, $"d{i}")).Concat(plan.Metrics.Select((_, i) => $"m{i}")))
            .Append(")::text\nfrom valued");

        var order = Orderings(plan).ToList();
        if (order.Count > 0) sql.Append("\norder by ").AppendJoin(", ", order);
        return sql.Append("\nlimit @limit").ToString();
    }

    private static IReadOnlyList<Component> ComponentsOf(QueryPlan plan, Metric metric) =>
        plan.ByConversionType ? [metric.ByConversionType!] : metric.Components;

    private static string Part(QueryPlan plan, List<Component> components, RowSource source)
    {
        var own = components.Where(component => component.Source == source).ToList();
        var columns = plan.Dimensions.Select((dimension, i) => $"{Key(dimension, source)} as d{i}")
            .Concat(components.Select((component, i) => component.Source == source
                ? $"({component.Aggregate} filter (where {component.Rows}))::{component.SqlType} as c{i}"
                : $"null::{component.SqlType} as c{i}"));
        var (from, at) = source switch
        {
            RowSource.Conversions => ("bi_query.event e cross join lateral unnest(e.conversions) as t (conversion_type)", "e.occurred_at"),
            RowSource.Unconsented => ("bi_query.unconsented u", "u.hour"),
            RowSource.Costs => ("bi_query.campaign_cost k", "k.day"),
            _ => ("bi_query.event e", "e.occurred_at"),
        };
        var conditions = new List<string>
        {
            source == RowSource.Costs ? $"{at} between @firstday and @lastday" : $"{at} >= @from and {at} < @to",
            string.Join(" or ", own.Select(component => component.Rows).Distinct().Select(rows => $"({rows})")),
        };
        if (plan.After is not null) conditions.Add("e.seq_id > @after");
        conditions.AddRange(plan.Filters.Select((filter, i) => Condition(filter, Key(filter.Dimension, source), $"@f{i}")));
        return $"  select {string.Join(", ", columns)}\n  from {from}\n  where {string.Join("\n    and ", conditions.Select(condition => $"({condition})"))}{GroupBy(plan)}";
    }

    private static string Key(Dimension dimension, RowSource source) => source switch
    {
        RowSource.Unconsented => dimension.UnconsentedKey ?? $"null::{dimension.SqlType}",
        RowSource.Costs => dimension.CostKey ?? throw new InvalidOperationException($"Costs are not known by {dimension.Name}; the query should have been refused."),
        _ => dimension.Key,
    };

    // Whoever excludes a value does not exclude rows without value, as a person would expect, other than SQL.
    private static string Condition(DimensionFilter filter, string key, string values)
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

    private static string Value(QueryPlan plan, Metric metric, List<Component> components)
    {
        var expression = plan.ByConversionType ? "coalesce({0}, 0)" : metric.Value;
        var own = ComponentsOf(plan, metric);
        for (var i = 0; i < own.Count; i++) expression = expression.Replace($"{{{i}}}", $"c{components.IndexOf(own[i])}", StringComparison.Ordinal);
        return expression;
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

    private static string Apply(string template, string key) => template.Replace("{0}", key, StringComparison.Ordinal);

    private static NpgsqlDbType ArrayType(Dimension dimension) => NpgsqlDbType.Array | dimension.Kind switch
    {
        DimensionKind.Integer => NpgsqlDbType.Integer,
        DimensionKind.Hour => NpgsqlDbType.TimestampTz,
        DimensionKind.Period => NpgsqlDbType.Timestamp,
        _ => NpgsqlDbType.Text,
    };
}
