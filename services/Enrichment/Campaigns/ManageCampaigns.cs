using QrPlatform.Enrichment.Managing;
using QrPlatform.Enrichment.Tenants;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Enrichment.Campaigns;

/// <summary><c>PUT /v1/campaigns/{id}</c> describes a campaign; <c>GET /v1/campaigns</c> and <c>GET /v1/campaigns/{id}</c> read.</summary>
internal static class ManageCampaigns
{
    private const string Path = "/v1/campaigns";

    public static void Map(IEndpointRouteBuilder routes)
    {
        ManagedEndpoints.MapReading<Campaign>(routes, Path, parent: null);
        routes.MapPut(Path + "/{id}", PutAsync).RequireAuthorization(Policies.Analytics);
        RecordCost.Map(routes, Path);
        RemoveCost.Map(routes, Path);
        ListCosts.Map(routes, Path);
    }

    /// <summary>The event that follows from a description, if it says anything new.</summary>
    internal static Decision Decide(string campaignId, Campaign? current, CampaignDetails details) =>
        details == current?.Details ? Decision.Nothing : Decision.Append(details.ToEvent(campaignId, isFirst: current?.Details is null));

    private static async Task<IResult> PutAsync(string id, HttpContext context, TenantDirectory tenants, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(Caller.Of(context.User).TenantId, cancellationToken) is not { } tenant) return TenantProblem.NotSetUp();
        return await ManagedEndpoints.PutAsync<Campaign, CampaignDetails>(
            context,
            id,
            body => CampaignDetails.Read(body, tenant.ReportingCurrency),
            (caller, _, _) => Task.FromResult<IResult?>(caller.MaySee(id) ? null : Caller.NotGranted()),
            (current, details) => Decide(id, current, details),
            cancellationToken);
    }
}
