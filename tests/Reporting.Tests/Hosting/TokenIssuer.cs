using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting.Tests.Hosting;

/// <summary>Stands where the gateway stands: publishes a key, and signs tokens with it.</summary>
internal sealed class TokenIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SigningCredentials _credentials;

    private TokenIssuer(WebApplication app, SigningCredentials credentials)
    {
        _app = app;
        _credentials = credentials;
    }

    public string Address => _app.Urls.Single();

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

    public string Token(string role, string tenant = "demo", params string[] campaigns)
    {
        var claims = new Dictionary<string, object>
        {
            [PlatformClaims.Subject] = role,
            [PlatformClaims.Tenant] = tenant,
            [PlatformClaims.Role] = role,
            [PlatformClaims.CampaignScope] = campaigns.Length == 0 ? "all" : "granted",
        };
        if (campaigns.Length > 0) claims[PlatformClaims.Campaign] = campaigns;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = PlatformAuthentication.Issuer,
            Audience = PlatformAuthentication.Audience,
            Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1),
            Claims = claims,
            SigningCredentials = _credentials,
        });
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
