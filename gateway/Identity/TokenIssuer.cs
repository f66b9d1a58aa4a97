using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Gateway.Identity;

/// <summary>Makes the platform's bearer tokens: ES256, valid for an hour, claims as <see cref="PlatformClaims"/> names them.</summary>
internal sealed class TokenIssuer(SigningKeys keys, TimeProvider time)
{
    /// <summary>A token's life.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(1);

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly Lock _signing = new();

    public string Issue(User user)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var claims = new Dictionary<string, object>
        {
            [PlatformClaims.Subject] = user.Name,
            [PlatformClaims.Tenant] = user.TenantId,
            [PlatformClaims.Role] = user.Role,
            [PlatformClaims.CampaignScope] = user.GrantedCampaigns is null ? "all" : "granted",
            [TokenVersions.Claim] = user.Version,
            [JwtRegisteredClaimNames.Jti] = Guid.NewGuid().ToString("N"),
        };
        if (user.GrantedCampaigns is { Count: > 0 } campaigns) claims[PlatformClaims.Campaign] = campaigns.ToArray();

        var description = new SecurityTokenDescriptor
        {
            Issuer = PlatformAuthentication.Issuer,
            Audience = PlatformAuthentication.Audience,
            IssuedAt = now,
            Expires = now + Life,
            Claims = claims,
            SigningCredentials = keys.Credentials,
        };

        // One key object signs for all requests, and is not made for several threads.
        lock (_signing) return _handler.CreateToken(description);
    }
}
