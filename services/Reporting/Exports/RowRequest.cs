using System.Globalization;
using System.Text.Json;

namespace QrPlatform.Reporting.Exports;

/// <summary>What is asked of a view, checked.</summary>
internal sealed record RowRequest(DateOnly? From, DateOnly? To, int? Limit, IReadOnlyList<RowFilter> Filters)
{
    private static readonly string[] Operators = ["eq", "ne", "in", "nin", "gt", "gte", "lt", "lte"];

    public static RowRequest? Read(IQueryCollection query, ExportedView view, string[] parameters, List<FieldError> errors)
    {
        foreach (var name in query.Keys.Where(name => !parameters.Contains(name)))
            errors.Add(new FieldError(name.Length <= 40 ? name : name[..40], "unknown_parameter", $"There is no such parameter. Allowed: {string.Join(", ", parameters)}."));
        var (from, to) = (Day(query, "from", view, errors), Day(query, "to", view, errors));
        if (from > to) errors.Add(new FieldError("to", "out_of_range", "Must not be before from; both are inclusive."));
        int? limit = null;
        if (query["limit"].ToString() is { Length: > 0 } text)
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0) limit = number;
            else errors.Add(new FieldError("limit", "out_of_range", "Must be a whole number from 1."));
        }

        var filters = query["filter"].Select((filter, i) => Filter(filter ?? "", i, view, errors)).OfType<RowFilter>().ToList();
        return errors.Count == 0 ? new RowRequest(from, to, limit, filters) : null;
    }

    private static DateOnly? Day(IQueryCollection query, string name, ExportedView view, List<FieldError> errors)
    {
        if (query[name].ToString() is not { Length: > 0 } text) return null;
        if (view.Time is null) errors.Add(new FieldError(name, "no_time", $"The rows of {view.Name} have no day."));
        else if (JsonObjectReader.ParseDay(text) is { } day) return day;
        else errors.Add(new FieldError(name, "not_a_date", "Must be a day such as 2025-11-30, from 1970-01-01 to 2199-12-31."));
        return null;
    }

    private static RowFilter? Filter(string text, int index, ExportedView view, List<FieldError> errors)
    {
        var path = $"filter[{index}]";
        using var json = JsonDocument.Parse(FilterParameter.Encode(text).ToJsonString());
        var name = json.RootElement.GetProperty("dimension").GetString()!;
        if (view.Find(name) is not { Type: not "ARRAY" } column)
            errors.Add(new FieldError(path, "unknown_column", $"Write column:operator:value with one of: {string.Join(", ", view.Columns.Where(known => known.Type != "ARRAY").Select(known => known.Name))}."));
        else if (!json.RootElement.TryGetProperty("operator", out var operation) || !Operators.Contains(operation.GetString()))
            errors.Add(new FieldError(path, "unknown_operator", $"Write column:operator:value with one of: {string.Join(", ", Operators)}."));
        else if (Values(json.RootElement, operation.GetString()!) is not { } values)
            errors.Add(new FieldError(path, "wrong_value", "Needs a value, or a JSON array of up to 1,000 texts, numbers and null with in and nin."));
        else
            return new RowFilter(column, operation.GetString()!, [.. values.OfType<string>()], values.Contains(null));
        return null;
    }

    private static List<string?>? Values(JsonElement filter, string operation)
    {
        if (!filter.TryGetProperty("values", out var given)) return null;
        var values = given.EnumerateArray()
            .Select(value => value.ValueKind switch { JsonValueKind.String => value.GetString()!, JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(), JsonValueKind.Null => null, _ => "\0" })
            .ToList();
        var most = operation is "in" or "nin" ? 1_000 : 1;
        var ordered = operation is "gt" or "gte" or "lt" or "lte";
        return values.Count >= 1 && values.Count <= most && !values.Any(value => value is null ? ordered : JsonObjectReader.Storable(value) is null) ? values : null;
    }
}

/// <summary>A condition on a column.</summary>
internal sealed record RowFilter(ExportedColumn Column, string Operator, string[] Values, bool HasNull);
