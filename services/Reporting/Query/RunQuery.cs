using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Catalogue;
using QrPlatform.Reporting.Exports;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting.Query;

/// <summary><c>POST /v1/query</c>: metrics of the catalogue by dimensions of the catalogue.</summary>
internal static class RunQuery
{
    private const int MaxBody = 256 * 1024;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/query", Handle).RequireAuthorization(Policies.Dashboards);

    private static async Task<IResult> Handle(
        HttpContext context, NpgsqlDataSource database, TimeZoneNames zones, QueryAnswer answer, QueryPlanner planner, AnswerCache cache, ExportQuery export, CancellationToken cancellationToken)
    {
        var (body, refusal) = await RequestBody.ReadObjectAsync(context.Request, MaxBody, cancellationToken);
        if (refusal is not null) return refusal;
        using var json = body!;
        if (ExportQuery.IsAskedFor(context.Request)) return await export.SendAsync(context, json.RootElement, cancellationToken);
        var errors = new List<FieldError>();
        if (QueryReader.Read(json.RootElement, errors) is not { } plan) return Refusals.Unprocessable(errors);
        plan = PersonGroups.Guard(plan, context.User, errors);
        if (errors.Count > 0) return Refusals.Unprocessable(errors);
        if (plan.TimeZone is { } asked)
        {
            if (await zones.FindAsync(asked, cancellationToken) is not { } zone)
                return Refusals.Unprocessable([Refusals.UnknownTimeZone]);
            plan = plan with { TimeZone = zone };
        }

        try
        {
            return await AnswerAsync(context, plan, database, answer, planner, cache, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.QueryCanceled && !cancellationToken.IsCancellationRequested)
        {
            return Refusals.TooExpensive();
        }
    }

    private static async Task<IResult> AnswerAsync(
        HttpContext context, QueryPlan plan, NpgsqlDataSource database, QueryAnswer answer, QueryPlanner planner, AnswerCache cache, CancellationToken cancellationToken)
    {
        var scope = ReaderScope.Of(context.User);
        await using var snapshot = await ReaderSnapshot.OpenAsync(database, scope, plan.Days, cancellationToken);
        var at = snapshot.At;
        if (plan is { Compare: not null, OfPlacements: true } && at.AsOf < at.ToAt) return Refusals.RunsSomewhere();
        if (plan.Explain)
        {
            var explained = await answer.ReadAsync(snapshot, plan, cancellationToken);
            var choice = await planner.ChooseAsync(snapshot, plan, at, cancellationToken);
            return Answer(context, plan, at, explained, "none", await QueryExplanation.OfAsync(snapshot, plan, choice, cancellationToken));
        }

        // While sessions of the range are younger than 7 days, or the range that is compared runs, an answer holds for this moment only.
        var settled = plan.Metrics.All(metric => metric.Settles is not { } settles || QueryPlanner.HasSettled(settles, at)) && (plan.Compare is null || at.ToAt <= at.AsOf);
        if (!settled) return Answer(context, plan, at, await answer.ReadAsync(snapshot, plan, cancellationToken), "none");
        var key = Key(scope, plan, at);
        if (await cache.FindAsync(key) is { } kept) return Answer(context, plan, at, kept, "hit");
        if (cache.Join(key, out var own) is { } flight)
        {
            // Waiting needs no connection.
            await snapshot.DisposeAsync();
            return await flight.WaitAsync(cancellationToken) is { } landed
                ? Answer(context, plan, at, landed, "shared")
                : await AnswerAsync(context, plan, database, answer, planner, cache, cancellationToken);
        }

        QueryRows? rows = null;
        try
        {
            rows = await answer.ReadAsync(snapshot, plan, cancellationToken);
        }
        finally
        {
            cache.Land(own, rows);
        }

        await cache.KeepAsync(key, rows);
        return Answer(context, plan, at, rows, "miss");
    }

    // Everything that an answer depends on. The tenant stands in clear, so that its entries can be found and purged; the 2 tells entries of this
    // form from those of earlier ones.
    private static string Key(ReaderScope scope, QueryPlan plan, SnapshotPosition at)
    {
        var described = JsonSerializer.SerializeToUtf8Bytes(new
        {
            scope.CampaignSetting,
            Metrics = plan.Metrics.Select(metric => metric.Name),
            Dimensions = plan.Dimensions.Select(dimension => dimension.Name),
            Filters = plan.Filters.Select(filter => new { filter.Dimension.Name, filter.Operator, filter.HasNull, Values = filter.Values.Cast<object>() }),
            at.ZoneName,
            at.TenantZone,
            at.FiscalMonthsAhead,
            at.FirstDay,
            at.LastDay,
            at.FromAt,
            at.ToAt,
            plan.OrderBy,
            plan.Limit,
            plan.Period,
            plan.Compare,
            plan.Totals,
            plan.Subtotals,
            plan.Fill,
            InGroups = plan.Groups is not null,
            Top = plan.Top is { } top ? new { Dimension = top.Dimension.Name, By = top.By.Name, top.Count } : null,
        });
        return $"query:{scope.TenantId}:{MetricCatalogue.Hash}:2:{at.Projected}:{Convert.ToHexStringLower(SHA256.HashData(described))}";
    }

    private static FileContentHttpResult Answer(HttpContext context, QueryPlan plan, SnapshotPosition at, QueryRows rows, string cached, QueryExplanation? explanation = null)
    {
        context.Response.Headers["X-Cache"] = cached;
        context.Response.Headers.CacheControl = "private, no-store";
        var json = new ArrayBufferWriter<byte>(rows.Json.Length + 1024);
        json.Write("{\"columns\":"u8);
        json.Write(JsonSerializer.SerializeToUtf8Bytes(plan.Columns));
        json.Write(","u8);
        json.Write(rows.Json.Span);
        json.Write(","u8);

        // The members, without the brace that begins them.
        json.Write(Members(plan, at, rows, explanation).Span[1..]);
        return TypedResults.Bytes(json.WrittenMemory, "application/json");
    }

    private static ReadOnlyMemory<byte> Members(QueryPlan plan, SnapshotPosition at, QueryRows rows, QueryExplanation? explanation)
    {
        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json);
        writer.WriteStartObject();
        writer.WriteString("asOf", at.AsOf);
        writer.WriteBoolean("truncated", rows.Truncated);
        writer.WriteString("timeZone", at.ZoneName);
        if (plan.Period is not null)
        {
            writer.WriteStartObject("dateRange");
            writer.WriteString("from", $"{at.FirstDay:yyyy-MM-dd}");
            writer.WriteString("to", $"{at.LastDay:yyyy-MM-dd}");
            writer.WriteEndObject();
        }

        writer.WriteString("catalogueVersion", MetricCatalogue.Version);
        writer.WriteString("catalogue", MetricCatalogue.Hash);
        if (explanation is not null)
        {
            writer.WritePropertyName("explain");
            JsonSerializer.Serialize(writer, explanation, JsonSerializerOptions.Web);
        }

        writer.WriteEndObject();
        writer.Flush();
        return json.WrittenMemory;
    }
}
