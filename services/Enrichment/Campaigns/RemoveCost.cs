using QrPlatform.Enrichment.Managing;
using QrPlatform.Events;
using QrPlatform.Requests;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Enrichment.Campaigns;

/// <summary><c>DELETE /v1/campaigns/{id}/costs/{costId}</c>: a cost that was a mistake counts no more; its id stays used. Doing so again is no error.</summary>
internal static class RemoveCost
{
    public static void Map(IEndpointRouteBuilder routes, string path) =>
        routes.MapDelete(path + "/{id}/costs/{costId}", HandleAsync).RequireAuthorization(Policies.Analytics);

    internal static Decision Decide(string campaignId, string costId, Campaign? current)
    {
        if (current?.Costs.GetValueOrDefault(costId) is not { } known) return Decision.Refuse(NotFound());
        return known.IsRemoved ? Decision.Nothing : Decision.Append(new CampaignCostRemoved { CampaignId = campaignId, CostId = costId });
    }

    private static async Task<IResult> HandleAsync(
        string id, string costId, HttpContext context, ManagedStreams streams, CancellationToken cancellationToken)
    {
        var (condition, malformed) = Precondition.Read(context.Request);
        if (malformed is not null) return malformed;
        var caller = Caller.Of(context.User);
        if (!caller.MaySee(id)) return Caller.NotGranted();
        if (!ManagedId.IsValid(id)) return NotFound();
        var outcome = await streams.DecideAsync<Campaign>(caller, id, condition!, current => Decide(id, costId, current), cancellationToken);
        return outcome.Refusal ?? TypedResults.NoContent();
    }

    private static IResult NotFound() => TypedResults.Problem(
        "The campaign has no such cost.", statusCode: StatusCodes.Status404NotFound, title: "Not found.", type: "not_found");
}
