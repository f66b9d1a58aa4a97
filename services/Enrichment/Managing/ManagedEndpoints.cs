using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using QrPlatform.Requests;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Enrichment.Managing;

/// <summary>What campaigns, codes and placements have in common at the door: reading, listing, and describing them by PUT.</summary>
internal static class ManagedEndpoints
{
    /// <summary>Bytes of a command.</summary>
    public const int MaxBody = 64 * 1024;

    /// <summary>Members of an answer that a caller may send back unchanged; they are not read.</summary>
    private static readonly string[] ReadOnly = ["id", "version", "createdAt", "changedAt", "changedBy"];

    private const int DefaultLimit = 100, MaxLimit = 1_000;

    /// <summary>Maps <c>GET {path}</c> and <c>GET {path}/{id}</c>; <paramref name="parent"/> is the list's filter parameter, if any.</summary>
    public static void MapReading<T>(IEndpointRouteBuilder routes, string path, string? parent) where T : class, IManaged<T>
    {
        routes.MapGet(path, (HttpContext context, ManagedItems items, CancellationToken ct) => ListAsync<T>(context, items, parent, ct))
            .RequireAuthorization(Policies.Dashboards);
        routes.MapGet(path + "/{id}", async Task<IResult> (string id, HttpContext context, ManagedItems items, CancellationToken ct) =>
                await FindAsync<T>(Caller.Of(context.User), id, items, ct) is { } item ? Answer(context, item, StatusCodes.Status200OK) : NotFound<T>())
            .RequireAuthorization(Policies.Dashboards);
    }

    /// <summary>Notes members that a description does not have.</summary>
    public static void AllowDescription(this JsonObjectReader body, params ReadOnlySpan<string> members) => body.Allow([.. members, .. ReadOnly]);

    /// <summary>Something that exists and is the caller's business, or null.</summary>
    public static async Task<ManagedItem?> FindAsync<T>(Caller caller, string id, ManagedItems items, CancellationToken cancellationToken)
        where T : class, IManaged<T> =>
        ManagedId.IsValid(id) && await items.FindAsync<T>(caller.TenantId, id, cancellationToken) is { } item && caller.MaySee(item.CampaignId) ? item : null;

    /// <summary>Reads and applies a description: 201 for something new, else 200, with the ETag of what is there now.</summary>
    public static async Task<IResult> PutAsync<T, TDescription>(
        HttpContext context, string id, Func<JsonObjectReader, TDescription?> read, Func<Caller, TDescription, CancellationToken, Task<IResult?>> mayChange,
        Func<T?, TDescription, Decision> decide, CancellationToken cancellationToken)
        where T : class, IManaged<T> where TDescription : class
    {
        var (condition, malformed) = Precondition.Read(context.Request);
        if (malformed is not null) return malformed;
        var (json, refusal) = await RequestBody.ReadObjectAsync(context.Request, MaxBody, cancellationToken);
        if (refusal is not null) return refusal;
        using var body = json!;
        var errors = new List<FieldError>();
        ManagedId.Check(id, errors);
        var description = read(new JsonObjectReader(body.RootElement, "$", errors));
        if (description is null || errors.Count > 0) return Unprocessable(errors);

        var caller = Caller.Of(context.User);
        if (await mayChange(caller, description, cancellationToken) is { } forbidden) return forbidden;
        var streams = context.RequestServices.GetRequiredService<ManagedStreams>();
        var outcome = await streams.DecideAsync<T>(caller, id, condition!, current => decide(current, description), cancellationToken);
        return outcome.Refusal ?? await AnswerAsync<T>(context, caller, id, outcome.WasNew, cancellationToken);
    }

    /// <summary>The present state as an answer.</summary>
    public static async Task<IResult> AnswerAsync<T>(HttpContext context, Caller caller, string id, bool created, CancellationToken cancellationToken)
        where T : class, IManaged<T>
    {
        var item = await context.RequestServices.GetRequiredService<ManagedItems>().FindAsync<T>(caller.TenantId, id, cancellationToken)
            ?? throw new InvalidOperationException($"The {T.Noun} was written and is not there.");
        if (created) context.Response.Headers.Location = context.Request.Path.ToUriComponent();
        return Answer(context, item, created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    public static IResult Unprocessable(IReadOnlyList<FieldError> errors) =>
        RequestProblems.Of(StatusCodes.Status422UnprocessableEntity, "The request is not possible.", errors);

    public static IResult NotFound<T>() where T : class, IManaged<T> => TypedResults.Problem(
        $"There is no such {T.Noun}, or it is not granted to you.", statusCode: StatusCodes.Status404NotFound, title: "Not found.", type: "not_found");

    private static IResult Answer(HttpContext context, ManagedItem item, int status)
    {
        context.Response.Headers.ETag = Precondition.TagOf(item.Version).ToString();
        context.Response.Headers.CacheControl = "private, no-cache";
        return Results.Json(item.Json, JsonSerializerOptions.Web, statusCode: status);
    }

    private static async Task<IResult> ListAsync<T>(HttpContext context, ManagedItems items, string? parent, CancellationToken cancellationToken)
        where T : class, IManaged<T>
    {
        var query = context.Request.Query;
        var errors = new List<FieldError>();
        var limit = DefaultLimit;
        if (query["limit"].ToString() is { Length: > 0 } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
            errors.Add(new FieldError("limit", "out_of_range", $"Must be a whole number from 1 to {MaxLimit}."));
        var after = query["cursor"].ToString();
        var of = parent is null ? "" : query[parent].ToString();
        if (after.Contains('\0') || after.Length > 2 * ManagedId.Longest) errors.Add(new FieldError("cursor", "malformed_cursor", "Must be the nextCursor of an earlier answer."));
        if (of.Length > 0 && !ManagedId.IsValid(of)) errors.Add(new FieldError(parent!, "invalid_id", ManagedId.Rule));
        if (errors.Count > 0) return RequestProblems.Of(StatusCodes.Status400BadRequest, "A parameter is not valid.", errors);

        var found = await items.ListAsync<T>(Caller.Of(context.User), after, of.Length > 0 ? of : null, limit + 1, cancellationToken);
        var page = found.Take(limit).ToList();
        context.Response.Headers.CacheControl = "private, no-store";
        return Results.Json(
            new JsonObject
            {
                ["data"] = new JsonArray([.. page.Select(item => (JsonNode)item.Json)]),
                ["nextCursor"] = found.Count > limit ? page[^1].Id : null,
            },
            JsonSerializerOptions.Web);
    }
}
