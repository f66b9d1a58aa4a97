using QrPlatform.Enrichment.Managing;
using QrPlatform.Events;
using QrPlatform.Requests;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Enrichment.Placements;

/// <summary>
/// <c>POST /v1/placements/{id}/lifecycle</c> <c>{"state","at"}</c>: a placement is in a state from an instant on. Reports may come late and in any
/// order; the same one again changes nothing. Without an instant it is now, if the state is another one.
/// </summary>
internal static class ReportState
{
    private const int MostReports = 1_000;

    private static readonly TimeSpan FutureTolerance = TimeSpan.FromMinutes(5);

    private static readonly Dictionary<string, PlacementState> States =
        Enum.GetValues<PlacementState>().ToDictionary(state => state.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    public static void Map(IEndpointRouteBuilder routes, string path) =>
        routes.MapPost(path + "/{id}/lifecycle", HandleAsync).RequireAuthorization(Policies.Analytics);

    /// <summary>The event that follows from a report.</summary>
    internal static Decision Decide(Placement? current, PlacementState state, DateTimeOffset? at, DateTimeOffset now)
    {
        if (current is null) return Decision.Refuse(ManagedEndpoints.NotFound<Placement>());
        if (at is { } instant ? current.Reports.Contains(new StateReport(state, instant)) : current.Current?.State == state) return Decision.Nothing;
        if (current.Reports.Count >= MostReports) return Decision.Refuse(TooMany());
        return Decision.Append(new PlacementStateChanged { PlacementId = current.PlacementId, State = state, At = at ?? now });
    }

    private static async Task<IResult> HandleAsync(
        string id, HttpContext context, ManagedItems items, ManagedStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        var (condition, malformed) = Precondition.Read(context.Request);
        if (malformed is not null) return malformed;
        var (json, refusal) = await RequestBody.ReadObjectAsync(context.Request, ManagedEndpoints.MaxBody, cancellationToken);
        if (refusal is not null) return refusal;
        using var body = json!;
        var errors = new List<FieldError>();
        var now = time.GetUtcNow();
        var (state, at) = Read(new JsonObjectReader(body.RootElement, "$", errors), now);
        if (state is not { } reported || errors.Count > 0) return ManagedEndpoints.Unprocessable(errors);
        if (!ManagedId.IsValid(id)) return ManagedEndpoints.NotFound<Placement>();

        var caller = Caller.Of(context.User);
        if (await ManagePlacements.WhyNotAsync(caller, id, newCode: null, items, cancellationToken) is { } forbidden) return forbidden;
        var outcome = await streams.DecideAsync<Placement>(caller, id, condition!, current => Decide(current, reported, at, now), cancellationToken);
        return outcome.Refusal ?? await ManagedEndpoints.AnswerAsync<Placement>(context, caller, id, created: false, cancellationToken);
    }

    private static (PlacementState? State, DateTimeOffset? At) Read(JsonObjectReader body, DateTimeOffset now)
    {
        body.Allow("state", "at");
        var name = body.Line("state", 50, required: true);
        var at = body.Instant("at");
        if (at > now + FutureTolerance) body.Note("at", "in_future", "Must not lie more than 5 minutes in the future.");
        if (name is null) return (null, at);
        if (States.TryGetValue(name, out var state)) return (state, at);
        body.Note("state", "unknown_state", $"Must be one of {string.Join(", ", States.Keys)}.");
        return (null, at);
    }

    private static IResult TooMany() => TypedResults.Problem(
        $"A placement may have {MostReports} reports.", statusCode: StatusCodes.Status409Conflict, title: "The placement has too many reports.", type: "too_many_reports");
}
