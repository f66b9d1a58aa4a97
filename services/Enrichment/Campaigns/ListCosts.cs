using System.Text.Json;
using Marten;
using QrPlatform.Enrichment.Managing;
using QrPlatform.Events;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Enrichment.Campaigns;

/// <summary><c>GET /v1/campaigns/{id}/costs</c> and <c>…/costs/{costId}</c>: what counts, by first day.</summary>
internal static class ListCosts
{
    public static void Map(IEndpointRouteBuilder routes, string path)
    {
        routes.MapGet(path + "/{id}/costs", ListAsync).RequireAuthorization(Policies.Dashboards);
        routes.MapGet(path + "/{id}/costs/{costId}", FindAsync).RequireAuthorization(Policies.Dashboards);
    }

    private static async Task<IResult> ListAsync(string id, HttpContext context, IDocumentStore store, CancellationToken cancellationToken) =>
        await ReadAsync(id, context, store, cancellationToken) is { } campaign
            ? Results.Json(new { data = Counting(campaign).Select(cost => cost.Body()) }, JsonSerializerOptions.Web)
            : ManagedEndpoints.NotFound<Campaign>();

    private static async Task<IResult> FindAsync(string id, string costId, HttpContext context, IDocumentStore store, CancellationToken cancellationToken) =>
        await ReadAsync(id, context, store, cancellationToken) is { } campaign && campaign.Costs.GetValueOrDefault(costId) is { IsRemoved: false } cost
            ? Results.Json(cost.Body(), JsonSerializerOptions.Web)
            : ManagedEndpoints.NotFound<Campaign>();

    private static IEnumerable<CampaignCost> Counting(Campaign campaign) => campaign.Costs.Values
        .Where(cost => !cost.IsRemoved).OrderBy(cost => cost.From).ThenBy(cost => cost.To).ThenBy(cost => cost.CostId, StringComparer.Ordinal);

    private static async Task<Campaign?> ReadAsync(string id, HttpContext context, IDocumentStore store, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(context.User);
        if (!ManagedId.IsValid(id) || !caller.MaySee(id)) return null;
        await using var session = store.QuerySession(caller.TenantId);
        return await session.Events.AggregateStreamAsync<Campaign>(StreamKeys.Of(Campaign.Kind, id), token: cancellationToken);
    }
}
