using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Query;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting.Measurements;

/// <summary>What to measure for another service: a query's metric and filters between two instants, as a certain reader sees it.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Campaigns">The campaigns that the reader is limited to, or null.</param>
/// <param name="Metric">A metric of the catalogue.</param>
/// <param name="Filters">As in <c>/v1/query</c>.</param>
/// <param name="From">Start, inclusive.</param>
/// <param name="To">End, exclusive.</param>
public sealed record MeasureRequest(string TenantId, IReadOnlyList<string>? Campaigns, string Metric, JsonElement? Filters, DateTimeOffset From, DateTimeOffset To);

/// <summary>The number.</summary>
/// <param name="Value">Null where the metric has none.</param>
/// <param name="Scans">Scans behind it, where they can be told.</param>
/// <param name="AsOf">The moment up to which accepted events are in it.</param>
/// <param name="TimeZone">The tenant's.</param>
public sealed record MeasureResponse(decimal? Value, long? Scans, DateTimeOffset AsOf, string TimeZone);

/// <summary><c>POST /internal/v1/measurements</c>, for services only: one number, by the same statement as the query API's.</summary>
internal static class Measure
{
    private const string Scans = "total_scans";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/internal/v1/measurements", Handle).RequireServiceKey().AllowAnonymous().ExcludeFromDescription();

    private static async Task<IResult> Handle(MeasureRequest request, NpgsqlDataSource database, QueryPlanner planner, CancellationToken cancellationToken)
    {
        var errors = new List<FieldError>();
        if (Plan(request, withScans: true, []) is not { } plan && (plan = Plan(request, withScans: false, errors)) is null) return Refusals.Unprocessable(errors);
        var scope = new ReaderScope(request.TenantId, request.Campaigns);
        var days = await DaysAsync(database, scope, request, cancellationToken);
        await using var snapshot = await ReaderSnapshot.OpenAsync(database, scope, days, cancellationToken);
        await using var command = snapshot.Command("");
        var at = snapshot.At.Between(request.From.UtcDateTime, request.To.UtcDateTime);
        QuerySql.Fill(command, plan, (await planner.ChooseAsync(snapshot, plan, at, cancellationToken)).Parts, at);
        using var row = JsonDocument.Parse((string)(await command.ExecuteScalarAsync(cancellationToken))!);
        var value = row.RootElement[0].ValueKind == JsonValueKind.Number ? row.RootElement[0].GetDecimal() : (decimal?)null;
        var scans = request.Metric == Scans ? (long?)value : plan.Metrics.Count > 1 ? row.RootElement[1].GetInt64() : null;
        return TypedResults.Ok(new MeasureResponse(value, scans, new DateTimeOffset(snapshot.At.AsOf, TimeSpan.Zero), snapshot.At.Zone));
    }

    // Where the filters tell conversions by type, scans are not known.
    private static QueryPlan? Plan(MeasureRequest request, bool withScans, List<FieldError> errors)
    {
        var metrics = new JsonArray(request.Metric);
        if (withScans && request.Metric != Scans) metrics.Add(Scans);
        var query = new JsonObject { ["metrics"] = metrics, ["dateRange"] = new JsonObject { ["from"] = "2000-01-01", ["to"] = "2000-01-01" } };
        if (request.Filters is { ValueKind: not JsonValueKind.Null and not JsonValueKind.Undefined } filters) query["filters"] = JsonNode.Parse(filters.GetRawText());
        using var json = JsonDocument.Parse(query.ToJsonString());
        return QueryReader.Read(json.RootElement, errors);
    }

    private static async Task<AskedDays> DaysAsync(NpgsqlDataSource database, ReaderScope scope, MeasureRequest request, CancellationToken cancellationToken)
    {
        await using var snapshot = await ReaderSnapshot.OpenAsync(database, scope, new AskedDays(null, null, null), cancellationToken);
        await using var command = snapshot.Command("select ($1 at time zone $3)::date, (($2 - interval '1 microsecond') at time zone $3)::date");
        command.Parameters.Add(new() { Value = request.From.UtcDateTime });
        command.Parameters.Add(new() { Value = request.To.UtcDateTime });
        command.Parameters.Add(new() { Value = snapshot.At.Zone });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new AskedDays(null, reader.GetFieldValue<DateOnly>(0), reader.GetFieldValue<DateOnly>(1));
    }
}
