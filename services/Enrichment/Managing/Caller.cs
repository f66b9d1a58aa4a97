using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Enrichment.Managing;

/// <summary>Who asks: a user of a tenant, who may see and change all campaigns (null) or those granted, and what belongs to them.</summary>
internal sealed record Caller(string TenantId, string User, IReadOnlyList<string>? Campaigns)
{
    public static Caller Of(ClaimsPrincipal user) => new(user.TenantId(), user.Identity?.Name ?? "", user.GrantedCampaigns());

    /// <summary>Whether what belongs to a campaign (null: to none) is the caller's business.</summary>
    public bool MaySee(string? campaignId) => Campaigns is null || (campaignId is not null && Campaigns.Contains(campaignId, StringComparer.Ordinal));

    /// <summary>The answer to a change outside of the grants; it does not tell what exists there.</summary>
    public static ProblemHttpResult NotGranted() => TypedResults.Problem(
        "You may change granted campaigns, and codes and placements that belong to one. Ask an administrator for the grant.",
        statusCode: StatusCodes.Status403Forbidden, title: "The campaign is not granted.", type: "campaign_not_granted");
}
