using System.Security.Claims;
using System.Text.Json;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting.Access;

/// <summary>Whose rows a caller may see: a tenant, and in it all campaigns (null) or those granted.</summary>
internal sealed record ReaderScope(string TenantId, IReadOnlyList<string>? Campaigns)
{
    public static ReaderScope Of(ClaimsPrincipal user) =>
        new(user.TenantId(), user.GrantedCampaigns()?.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray());

    /// <summary>The value of <c>app.campaigns</c>, which the row policies read.</summary>
    public string CampaignSetting => Campaigns is null ? "all" : JsonSerializer.Serialize(Campaigns);
}
