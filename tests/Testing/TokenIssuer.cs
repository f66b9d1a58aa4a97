using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Testing;

/// <summary>Stands where the gateway stands: publishes a key, and signs tokens with it.</summary>
public sealed class TokenIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SigningCredentials _credentials;

    private TokenIssuer(WebApplication app, SigningCredentials credentials)
    {
        _app = app;
        _credentials = credentials;
    }

    /// <summary>Where services find its keys; the setting <c>services:gateway:http:0</c>.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>Starts one on a free port.</summary>
    public static async Task<TokenIssuer> StartAsync()
    {
        var key = new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "test" };
        var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(key);
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet("/.well-known/openid-configuration", (HttpContext context) =>
            Results.Json(new { issuer = PlatformAuthentication.Issuer, jwks_uri = $"http://{context.Request.Host}/jwks" }));
        app.MapGet("/jwks", () => Results.Json(new { keys = new[] { new { kty = "EC", use = "sig", alg = "ES256", kid = "test", crv = "P-256", x = jwk.X, y = jwk.Y } } }));
        await app.StartAsync();
        return new TokenIssuer(app, new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256));
    }

    /// <summary>A token of a user named as the role, for an hour; limited to <paramref name="campaigns"/> where there are any.</summary>
    public string Token(string role, string tenant = "demo", string? user = null, params string[] campaigns) =>
        Token(role, TimeSpan.FromHours(1), tenant, user, campaigns);

    /// <summary>The same with another life.</summary>
    public string Token(string role, TimeSpan life, string tenant = "demo", string? user = null, params string[] campaigns)
    {
        var claims = new Dictionary<string, object>
        {
            [PlatformClaims.Subject] = user ?? role,
            [PlatformClaims.Tenant] = tenant,
            [PlatformClaims.Role] = role,
            [PlatformClaims.CampaignScope] = campaigns.Length == 0 ? "all" : "granted",
        };
        if (campaigns.Length > 0) claims[PlatformClaims.Campaign] = campaigns;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = PlatformAuthentication.Issuer,
            Audience = PlatformAuthentication.Audience,
            Expires = TimeProvider.System.GetUtcNow().UtcDateTime + life,
            Claims = claims,
            SigningCredentials = _credentials,
        });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
