using QrPlatform.Reporting.Catalogue;

namespace QrPlatform.Reporting.Query;

/// <summary>Reads what a query asks for besides its rows, and the named periods.</summary>
internal static class QueryExtras
{
    private const int MostTop = 1_000;

    /// <summary>Their fields.</summary>
    public static readonly IReadOnlyList<string> Fields = ["period", "compare", "totals", "subtotals", "top", "fill", "explain"];

    // A table of rows has no place for them.
    private static readonly string[] OfAnswers = ["compare", "totals", "subtotals", "top", "explain"];

    public static QueryPlan Read(JsonObjectReader query, QueryPlan plan, bool rowsOnly)
    {
        plan = plan with
        {
            Explain = query.Flag("explain") ?? false,
            Period = Choice<NamedPeriod>(query, "period", "unknown_period"),
            Compare = Choice<Comparison>(query, "compare", "unknown_comparison"),
            Totals = query.Flag("totals") ?? false,
            Subtotals = query.Flag("subtotals") ?? false,
            Fill = query.Flag("fill") ?? false,
            Top = query.Object("top", required: false) is { } top ? Top(top, plan) : null,
        };
        if (rowsOnly)
        {
            foreach (var field in OfAnswers.Where(query.Has)) query.Note(field, "only_in_json", "A table of rows has no place for it. Ask without, or for JSON.");
        }

        if (plan.Fill) CheckAxis(query, plan);
        return plan;
    }

    private static TopValues? Top(JsonObjectReader top, QueryPlan plan)
    {
        top.Allow("count", "dimension", "by");
        var count = top.Number("count", 1, MostTop);
        if (count is null && !top.Has("count")) top.Note("count", "required", "Is required.");
        var dimension = Named(top, "dimension", plan.Dimensions, one => one.Name);
        var by = Named(top, "by", plan.Metrics, one => one.Name);
        return count is null || dimension is null || by is null ? null : new TopValues(dimension, by, count.Value);
    }

    // One of the query's own; the first where none is named.
    private static T? Named<T>(JsonObjectReader reader, string field, IReadOnlyList<T> known, Func<T, string> name) where T : class
    {
        var asked = reader.Text(field);
        if (asked is null && reader.Has(field)) return null;
        var found = asked is null ? known.FirstOrDefault() : known.FirstOrDefault(one => name(one) == asked);
        if (found is null)
            reader.Note(field, "unknown_field", known.Count == 0 ? $"The query has no {field}." : $"Must be one of the query's: {string.Join(", ", known.Select(name))}.");
        return found;
    }

    private static T? Choice<T>(JsonObjectReader query, string field, string code) where T : struct, Enum
    {
        if (query.Text(field) is not { } text) return null;
        foreach (var value in Enum.GetValues<T>())
        {
            if (Written(value) == text) return value;
        }

        query.Note(field, code, $"Must be one of: {string.Join(", ", Enum.GetValues<T>().Select(value => Written(value)))}.");
        return null;
    }

    private static string Written<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static void CheckAxis(JsonObjectReader query, QueryPlan plan)
    {
        var times = plan.Dimensions.Where(dimension => dimension.Grain is not null).ToList();
        if (times.Count == 1 && times[0].Kind is DimensionKind.Hour or DimensionKind.Period) return;
        query.Note("fill", "no_axis", "Needs exactly one of the dimensions hour, day, week, month, quarter, year, fiscal_quarter, fiscal_year, and no other time.");
    }
}
