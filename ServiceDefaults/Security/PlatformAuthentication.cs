using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.Tokens;
using QrPlatform.ServiceDefaults.Http;

namespace QrPlatform.ServiceDefaults.Security;

/// <summary>
/// Every service checks the platform's ES256 tokens itself, by the gateway's published keys (<c>/.well-known/openid-configuration</c>),
/// so that nothing depends on who forwarded the call.
/// </summary>
public static class PlatformAuthentication
{
    /// <summary>Issuer and audience of the platform's tokens.</summary>
    public const string Issuer = "qrplatform", Audience = "qrplatform";

    /// <summary>The gateway's resource name, shared with the AppHost.</summary>
    public const string Gateway = "gateway";

    /// <summary>Adds bearer authentication and the role policies of <see cref="Policies"/>. Without a policy, a route needs a valid token.</summary>
    public static TBuilder AddPlatformAuthentication<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        var gateway = ServiceDiscoveryHandler.Resolve(builder.Configuration, Gateway);
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
        {
            options.MapInboundClaims = false;
            options.RequireHttpsMetadata = false;
            if (gateway is not null) options.MetadataAddress = new Uri(gateway, "/.well-known/openid-configuration").ToString();
            options.RefreshOnIssuerKeyNotFound = true;
            options.TokenValidationParameters = ValidationParameters();
        });
        builder.Services.AddPlatformAuthorization();
        return builder;
    }

    /// <summary>What a token must fulfil; the keys come from the caller.</summary>
    public static TokenValidationParameters ValidationParameters() => new()
    {
        ValidIssuer = Issuer,
        ValidAudience = Audience,
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        ClockSkew = TimeSpan.FromSeconds(30),
        NameClaimType = PlatformClaims.Subject,
        RoleClaimType = PlatformClaims.Role,
    };

    /// <summary>Adds the role policies.</summary>
    public static IServiceCollection AddPlatformAuthorization(this IServiceCollection services)
    {
        services.AddAuthorizationBuilder()
            .SetDefaultPolicy(new AuthorizationPolicyBuilder().RequireTenant().Build())
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireTenant().Build())
            .AddPolicy(Policies.Analytics, policy => policy.RequireRoleInTenant(Roles.Administrator, Roles.Analyst))
            .AddPolicy(Policies.Dashboards, policy => policy.RequireRoleInTenant(Roles.Administrator, Roles.Analyst, Roles.Executive))
            .AddPolicy(Policies.Live, policy => policy.RequireRoleInTenant(
                Roles.Administrator, Roles.Analyst, Roles.Executive, Roles.ComplianceOfficer))
            .AddPolicy(Policies.Alerts, policy => policy.RequireRoleInTenant(Roles.Administrator, Roles.Analyst, Roles.Operator))
            .AddPolicy(Policies.Operations, policy => policy.RequireRoleInTenant(Roles.Administrator, Roles.Operator))
            .AddPolicy(Policies.Privacy, policy => policy.RequireRoleInTenant(Roles.Administrator, Roles.ComplianceOfficer))
            .AddPolicy(Policies.Administration, policy => policy.RequireRoleInTenant(Roles.Administrator));
        return services;
    }

    /// <summary>Requires a valid token that names a tenant: none is issued without, and nothing is anybody's without.</summary>
    public static AuthorizationPolicyBuilder RequireTenant(this AuthorizationPolicyBuilder policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy.RequireAuthenticatedUser().RequireAssertion(context => context.User.FindFirstValue(PlatformClaims.Tenant) is { Length: > 0 });
    }

    private static AuthorizationPolicyBuilder RequireRoleInTenant(this AuthorizationPolicyBuilder policy, params string[] roles) =>
        policy.RequireTenant().RequireClaim(PlatformClaims.Role, roles);
}

/// <summary>Names of authorization policies.</summary>
public static class Policies
{
    /// <summary>Row-level analytics, exports: administrator, analyst.</summary>
    public const string Analytics = "analytics";

    /// <summary>Aggregated figures: administrator, analyst, executive.</summary>
    public const string Dashboards = "dashboards";

    /// <summary>Live counters: administrator, analyst, executive; compliance officer without revenue.</summary>
    public const string Live = "live";

    /// <summary>Alert rules and incidents: administrator, analyst, operator.</summary>
    public const string Alerts = "alerts";

    /// <summary>Ledger, quarantine, operations: administrator, operator.</summary>
    public const string Operations = "operations";

    /// <summary>Privacy API and audit: administrator, compliance officer.</summary>
    public const string Privacy = "privacy";

    /// <summary>Users, logins and keys of the tenant: administrator.</summary>
    public const string Administration = "administration";
}

/// <summary>Values of the claim <c>role</c>.</summary>
public static class Roles
{
    /// <summary>Everything in the tenant.</summary>
    public const string Administrator = "administrator";

    /// <summary>Dashboards and reports.</summary>
    public const string Executive = "executive";

    /// <summary>All analytics, exports, query API.</summary>
    public const string Analyst = "analyst";

    /// <summary>Operations views, ledger, quarantine, incidents.</summary>
    public const string Operator = "operator";

    /// <summary>Privacy API and console, audit log; no revenue figures.</summary>
    public const string ComplianceOfficer = "compliance_officer";
}

/// <summary>Names of claims in the platform's tokens.</summary>
public static class PlatformClaims
{
    /// <summary>The user's name.</summary>
    public const string Subject = "sub";

    /// <summary>The user's tenant.</summary>
    public const string Tenant = "tenant";

    /// <summary>One of <see cref="Roles"/>.</summary>
    public const string Role = "role";

    /// <summary><c>all</c>, or <c>granted</c>: then each claim <see cref="Campaign"/> names a campaign that the user may see.</summary>
    public const string CampaignScope = "campaign_scope";

    /// <summary>A granted campaign; may occur any number of times.</summary>
    public const string Campaign = "campaign";

    /// <summary>The caller's tenant.</summary>
    /// <exception cref="InvalidOperationException">The token names none; such a token is never issued.</exception>
    public static string TenantId(this ClaimsPrincipal user) =>
        user.FindFirstValue(Tenant) is { Length: > 0 } tenant ? tenant : throw new InvalidOperationException("The token names no tenant.");

    /// <summary>The campaigns that the caller is limited to, or null for all. Whatever is not plainly "all" is a limit.</summary>
    public static IReadOnlyList<string>? GrantedCampaigns(this ClaimsPrincipal user) =>
        user.FindFirstValue(CampaignScope) == "all" ? null : [.. user.FindAll(Campaign).Select(claim => claim.Value)];
}
