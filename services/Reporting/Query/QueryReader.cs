using System.Text.Json;
using QrPlatform.Bi;
using QrPlatform.Reporting.Catalogue;
using QrPlatform.Reporting.Query.Sources;

namespace QrPlatform.Reporting.Query;

/// <summary>Checks a query's JSON against the catalogue. A pure function: either a plan, or everything that is wrong.</summary>
internal static class QueryReader
{
    private const int DefaultLimit = 1_000, MaxLimit = 100_000, MaxMetrics = 30, MaxDimensions = 8, MaxFilters = 20, MaxValues = 1_000;

    public static QueryPlan? Read(JsonElement body, List<FieldError> errors, int usualLimit = DefaultLimit, int mostRows = MaxLimit, bool rowsOnly = false)
    {
        var query = new JsonObjectReader(body, "$", errors);
        query.Allow(["metrics", "dimensions", "filters", "dateRange", "timeZone", "orderBy", "limit", .. QueryExtras.Fields]);
        var metrics = query.Known("metrics", 1, MaxMetrics, MetricCatalogue.MetricsByName, "metric");
        var dimensions = query.Known("dimensions", 0, MaxDimensions, MetricCatalogue.DimensionsByName, "dimension");
        var zone = query.Text("timeZone");
        var ofPlacements = zone == LocalTimes.OfPlacements;
        var filters = query.Objects("filters", MaxFilters).Select(filter => Filter(filter, ofPlacements)).OfType<DimensionFilter>().ToList();
        var (from, to) = Range(query.Object("dateRange", required: !query.Has("period")));
        if (query.Has("period") && query.Has("dateRange")) query.Note("period", "twice", "Ask for a period or a dateRange, not both.");
        string[] columns = [.. dimensions.Select(dimension => dimension.Name), .. metrics.Select(metric => metric.Name)];
        var orderings = query.Objects("orderBy", MaxDimensions + MaxMetrics).Select(ordering => Order(ordering, columns)).OfType<Ordering>().ToList();
        var limit = query.Number("limit", 1, mostRows) ?? usualLimit;

        var plan = QueryExtras.Read(query, new QueryPlan(metrics, dimensions, filters, from, to, ofPlacements ? null : zone, orderings, limit) { OfPlacements = ofPlacements }, rowsOnly);
        if (plan.ByConversionType) CheckConversionGrain(query, metrics);
        if (ofPlacements) CheckPlacementTime(query, metrics);
        CheckGrain(query, plan);
        CheckPlaces(query, plan);
        return errors.Count == 0 ? plan : null;
    }

    private static (DateOnly From, DateOnly To) Range(JsonObjectReader? range)
    {
        if (range is null) return default;
        range.Allow("from", "to");
        if (range.Day("from") is not { } from || range.Day("to") is not { } to) return default;
        if (from > to) range.Note("to", "out_of_range", "Must not be before 'from'; both are inclusive.");
        return (from, to);
    }

    private static Ordering? Order(JsonObjectReader ordering, string[] columns)
    {
        ordering.Allow("field", "direction");
        var field = ordering.Text("field", required: true);
        if (field is not null && !columns.Contains(field))
        {
            ordering.Note("field", "unknown_field", $"Must be one of the query's columns: {string.Join(", ", columns)}.");
            field = null;
        }

        var direction = ordering.Text("direction") ?? "asc";
        if (direction is not ("asc" or "desc")) ordering.Note("direction", "unknown_direction", "Must be asc or desc.");
        return field is null ? null : new Ordering(field, direction == "desc");
    }

    private static DimensionFilter? Filter(JsonObjectReader filter, bool ofPlacements)
    {
        filter.Allow("dimension", "operator", "values");
        var name = filter.Text("dimension", required: true);
        var operation = filter.Text("operator", required: true);
        if (name is null || operation is null) return null;
        if (!MetricCatalogue.DimensionsByName.TryGetValue(name, out var dimension))
        {
            filter.Note("dimension", "unknown_dimension", $"There is no such dimension. Allowed: {string.Join(", ", MetricCatalogue.Model.Dimensions.Select(known => known.Name))}.");
            return null;
        }

        if (!dimension.Operators.Contains(operation))
        {
            filter.Note("operator", "unknown_operator", $"Allowed for {name}: {string.Join(", ", dimension.Operators)}.");
            return null;
        }

        return Values(filter, dimension, operation, ofPlacements);
    }

    private static DimensionFilter? Values(JsonObjectReader filter, Dimension dimension, string operation, bool ofPlacements)
    {
        var equality = operation is "eq" or "ne" or "in" or "nin";
        var given = filter.List("values", 1, operation is "in" or "nin" ? MaxValues : 1);
        var read = new List<object>();
        var hasNull = false;
        for (var i = 0; i < given.Count; i++)
        {
            if (given[i].ValueKind == JsonValueKind.Null && equality)
            {
                hasNull = true;
                continue;
            }

            if (LabelValues.Read(dimension, given[i], ofPlacements) is { } value) read.Add(value);
            else filter.Note($"values[{i}]", "wrong_value", LabelValues.Expected(dimension, ofPlacements));
        }

        if (given.Count == 0) return null;
        var values = LabelValues.NewArray(dimension, read.Count);
        for (var i = 0; i < read.Count; i++) values.SetValue(read[i], i);
        return new DimensionFilter(dimension, operation, values, hasNull);
    }

    private static void CheckConversionGrain(JsonObjectReader query, IReadOnlyList<Metric> metrics)
    {
        for (var i = 0; i < metrics.Count; i++)
        {
            if (metrics[i].ByConversionType is null)
                query.Note($"metrics[{i}]", Refusals.NotAtThisGrain, $"{metrics[i].Name} is not known by conversion_type; only conversions is.");
        }
    }

    private static void CheckPlaces(JsonObjectReader query, QueryPlan plan)
    {
        for (var i = 0; i < plan.Metrics.Count; i++)
        {
            if (!plan.Metrics[i].Formula.ComparesPlaces) continue;
            var places = string.Join(", ", MetricCatalogue.Model.Dimensions.Where(dimension => dimension.IsOfPlaces).Select(dimension => dimension.Name));
            if (!plan.Dimensions.Any(dimension => dimension.IsOfPlaces))
                query.Note($"metrics[{i}]", Refusals.NotAtThisGrain, $"{plan.Metrics[i].Name} compares each place with all others: ask for it by {places}.");
            if (plan.Top is { Dimension.IsOfPlaces: true })
                query.Note("top", Refusals.NotAtThisGrain, $"{plan.Metrics[i].Name} compares each place with all others, which the greatest few are not. Ask with orderBy and limit.");
        }
    }

    private static void CheckPlacementTime(JsonObjectReader query, IReadOnlyList<Metric> metrics)
    {
        for (var i = 0; i < metrics.Count; i++)
        {
            if (!LocalTimes.Knows(metrics[i]))
                query.Note($"metrics[{i}]", LocalTimes.Refused, $"{metrics[i].Name} tells what was before the range, which begins at another instant in each place. Ask for one timeZone.");
        }
    }

    private static void CheckGrain(JsonObjectReader query, QueryPlan plan)
    {
        foreach (var limited in plan.Metrics.SelectMany(metric => metric.Measures.Select(measure => (metric, measure.Source))).Where(used => used.Source.IsLimited)
            .GroupBy(used => Called(used.Source), used => used))
        {
            var metrics = string.Join(", ", limited.Select(used => used.metric.Name).Distinct());
            var source = limited.First().Source;
            var allowed = string.Join(", ", MetricCatalogue.Of(source).Select(dimension => dimension.Name));
            void Check(string path, Dimension dimension)
            {
                if (!dimension.IsKnownOf(source))
                    query.Note(path, Refusals.NotAtThisGrain, $"{metrics} cannot be told by {dimension.Name}. Allowed with {limited.Key}: {allowed}.");
            }

            for (var i = 0; i < plan.Dimensions.Count; i++) Check($"dimensions[{i}]", plan.Dimensions[i]);
            for (var i = 0; i < plan.Filters.Count; i++) Check($"filters[{i}].dimension", plan.Filters[i].Dimension);
        }
    }

    private static string Called(RowSource source) => source switch
    {
        RowSource.Cost => "costs",
        RowSource.NewCountry => "new countries",
        RowSource.NewRegion => "new regions",
        _ => "target audiences",
    };
}
