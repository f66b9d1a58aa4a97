using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Npgsql;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Query;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting.Exports;

/// <summary>
/// Any query as CSV: <c>POST /v1/query</c> with <c>Accept: text/csv</c>, and <c>GET /v1/exports/query.csv</c> with the query as parameters
/// <c>metrics</c>, <c>dimensions</c> (names with commas), <c>filter</c> (<c>dimension:operator:value</c>, repeated; a JSON array for several
/// values or null), <c>from</c>, <c>to</c>, <c>timeZone</c>, <c>orderBy</c> (<c>field</c> or <c>field:desc</c>), <c>limit</c> and <c>bom</c>.
/// </summary>
internal sealed class ExportQuery(CsvStream csv, TimeZoneNames zones, QueryPlanner planner, IOptions<ExportOptions> options)
{
    private static readonly string[] Parameters = ["metrics", "dimensions", "filter", "from", "to", "timeZone", "orderBy", "limit", "bom"];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/exports/query.csv", (HttpContext context, ExportQuery export, CancellationToken cancellationToken) => export.HandleAsync(context, cancellationToken))
            .RequireAuthorization(Policies.Analytics);

    /// <summary>Whether the caller would rather have CSV than JSON.</summary>
    public static bool IsAskedFor(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return Quality(accepted, "text/csv") is { } csv && csv > 0 && csv >= (Quality(accepted, "application/json") ?? 0);
    }

    /// <summary>Streams the answer to a query's JSON.</summary>
    public async Task<IResult> SendAsync(HttpContext context, JsonElement body, CancellationToken cancellationToken)
    {
        var errors = new List<FieldError>();
        if (await PlanAsync(body, errors, cancellationToken) is not { } plan) return Refusals.Unprocessable(errors);

        // A stream of rows knows nothing of the rows that follow.
        if (PersonGroups.Guard(plan, context.User, errors).Groups is not null)
            return Refusals.Unprocessable([new FieldError("$", "only_in_json", $"What is related to persons is shown to your role in groups of {PersonGroups.Least} visitors or more, which a table of rows cannot tell. Ask for JSON.")]);
        return await SendAsync(context, plan, cancellationToken);
    }

    private static double? Quality(IList<MediaTypeHeaderValue> accepted, string type) =>
        accepted.FirstOrDefault(range => range.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)) is { } found ? found.Quality ?? 1 : null;

    private async Task<IResult> HandleAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var errors = new List<FieldError>();
        foreach (var name in context.Request.Query.Keys.Where(name => !Parameters.Contains(name)))
            errors.Add(new FieldError(name.Length <= 40 ? name : name[..40], "unknown_parameter", $"There is no such parameter. Allowed: {string.Join(", ", Parameters)}."));
        var written = Encode(context.Request.Query);

        // Half a surrogate pair and the like, which JSON would refuse.
        using var json = JsonDocument.Parse(written.ToJsonString());
        if (errors.Count > 0 || await PlanAsync(json.RootElement, errors, cancellationToken) is not { } plan)
            return Refusals.BadParameters([.. errors.Select(error => error with { Path = ParameterOf(error.Path) })]);
        return await SendAsync(context, plan, cancellationToken);
    }

    private async Task<QueryPlan?> PlanAsync(JsonElement body, List<FieldError> errors, CancellationToken cancellationToken)
    {
        var most = options.Value.MostRows;
        if (QueryReader.Read(body, errors, most, most, rowsOnly: true) is not { } plan) return null;
        if (plan.TimeZone is not { } asked) return plan;
        if (await zones.FindAsync(asked, cancellationToken) is { } zone) return plan with { TimeZone = zone };
        errors.Add(Refusals.UnknownTimeZone);
        return null;
    }

    private Task<IResult> SendAsync(HttpContext context, QueryPlan plan, CancellationToken cancellationToken)
    {
        var limit = plan.Limit == options.Value.MostRows ? (int?)null : plan.Limit;
        var export = new CsvExport("query", [.. plan.Columns], limit, plan.Days);
        return csv.SendAsync(context, export, (snapshot, command) => FillAsync(snapshot, command, plan, cancellationToken), cancellationToken);
    }

    private async ValueTask FillAsync(ReaderSnapshot snapshot, NpgsqlCommand command, QueryPlan plan, CancellationToken cancellationToken) =>
        QuerySql.Fill(command, plan, (await planner.ChooseAsync(snapshot, plan, snapshot.At, cancellationToken)).Parts, snapshot.At);

    // The query as it would have been posted, so that it is checked in one place.
    private static JsonObject Encode(IQueryCollection query)
    {
        var body = new JsonObject { ["metrics"] = Names(query["metrics"].ToString()), ["dimensions"] = Names(query["dimensions"].ToString()) };
        body["filters"] = new JsonArray([.. query["filter"].Select(filter => FilterParameter.Encode(filter ?? ""))]);
        var range = new JsonObject();
        if (query["from"].ToString() is { Length: > 0 } from) range["from"] = from;
        if (query["to"].ToString() is { Length: > 0 } to) range["to"] = to;
        body["dateRange"] = range;
        if (query["timeZone"].ToString() is { Length: > 0 } zone) body["timeZone"] = zone;
        body["orderBy"] = new JsonArray([.. query["orderBy"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Ordering)]);
        if (query["limit"].ToString() is { Length: > 0 } limit)
            body["limit"] = int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : limit;
        return body;
    }

    private static JsonArray Names(string list) => new([.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(name => JsonValue.Create(name))]);

    private static JsonObject Ordering(string field)
    {
        var parts = field.Trim().Split(':', 2);
        var ordering = new JsonObject { ["field"] = parts[0] };
        if (parts.Length > 1) ordering["direction"] = parts[1];
        return ordering;
    }

    private static string ParameterOf(string path) => path
        .Replace("$.dateRange.", "", StringComparison.Ordinal)
        .Replace("$.filters", "filter", StringComparison.Ordinal)
        .Replace("$.", "", StringComparison.Ordinal);
}
