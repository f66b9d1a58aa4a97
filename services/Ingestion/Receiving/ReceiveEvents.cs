using System.Globalization;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using QrPlatform.Ingestion.Dispatch;
using QrPlatform.Ingestion.Keys;

namespace QrPlatform.Ingestion.Receiving;

/// <summary>
/// <c>POST /v1/events</c>: authenticates by ingest key, reads, sorts, and answers as soon as the broker has the accepted events on disk.
/// </summary>
internal sealed class ReceiveEvents(IngestKeyring keyring, TenantQuota quota, ScanDispatcher dispatcher, BatchSealer sealer, TimeProvider clock)
{
    /// <summary>The route.</summary>
    public const string Path = "/v1/events";

    private const string RetryAfterOutage = "2";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost(Path, (HttpContext context, ReceiveEvents door) => door.HandleAsync(context))
            .AllowAnonymous()
            .WithName("ReceiveEvents")
            .WithSummary("Takes events: one object, an array, or NDJSON; gzip welcome; authenticated by an ingest key.")
            .Produces<EventsAnswer>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .Produces<NothingAcceptable>(StatusCodes.Status422UnprocessableEntity, "application/problem+json")
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private async Task<IResult> HandleAsync(HttpContext context)
    {
        try
        {
            if (!keyring.IsLoaded) return Unavailable(context, "The ingest keys can't be read yet.");
            if (keyring.Find(context.Request.Headers.Authorization.ToString()) is not { } key) return Unauthorized(context);
            if (!quota.TryTake(key.TenantId, out var wait)) return TooFast(context, wait);

            var lines = IsLines(context.Request);
            using var body = await RequestBody.ReadAsync(context.Request, context.RequestAborted);
            var receivedAt = clock.GetUtcNow();
            var batch = Read(body.Bytes, lines, receivedAt);
            var answer = EventsAnswer.Of(Guid.CreateVersion7(receivedAt), batch);
            if (answer.Received > 0 && !await dispatcher.SendAsync(sealer.Seal(key.TenantId, "api", answer.BatchId, receivedAt, batch)))
                return Unavailable(context, "The broker does not confirm.");
            return answer.Accepted > 0
                ? Results.Json(answer, EventsAnswerJson.Default.EventsAnswer, statusCode: StatusCodes.Status202Accepted)
                : Results.Json(NothingAcceptable.Of(answer), EventsAnswerJson.Default.NothingAcceptable, "application/problem+json", StatusCodes.Status422UnprocessableEntity);
        }
        catch (RefusedRequestException refused)
        {
            return Results.Problem(statusCode: refused.Status, title: refused.Title, detail: refused.Message);
        }
    }

    private static EventBatch Read(ReadOnlyMemory<byte> body, bool lines, DateTimeOffset receivedAt)
    {
        try
        {
            return lines ? EventBatch.FromLines(body, receivedAt) : EventBatch.FromJson(body, receivedAt);
        }
        catch (JsonException exception)
        {
            throw RefusedRequestException.Malformed($"The body is not JSON: {MalformedBody.Describe(exception)}");
        }
        catch (TooManyEventsException exception)
        {
            throw RefusedRequestException.TooLarge(exception.Message);
        }
    }

    private static bool IsLines(HttpRequest request)
    {
        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase)))
        {
            if (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)) return false;
            if (type.MediaType.Equals("application/x-ndjson", StringComparison.OrdinalIgnoreCase)) return true;
        }

        throw RefusedRequestException.Unsupported("Content-Type must be application/json or application/x-ndjson, in UTF-8.");
    }

    private static IResult Unauthorized(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer realm=\"events\"";
        return Results.Problem(statusCode: StatusCodes.Status401Unauthorized, title: "An ingest key is needed.", detail: "Send it as Authorization: Bearer <key>.");
    }

    private static IResult TooFast(HttpContext context, TimeSpan wait)
    {
        context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Results.Problem(statusCode: StatusCodes.Status429TooManyRequests, title: "The tenant's quota is used up.", detail: "Nothing was accepted. Send larger batches, or wait.");
    }

    private static IResult Unavailable(HttpContext context, string reason)
    {
        context.Response.Headers.RetryAfter = RetryAfterOutage;
        return Results.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, title: "Events can't be accepted now.", detail: $"{reason} Send the request again, unchanged.");
    }
}
