using Microsoft.IdentityModel.Tokens;
using Microsoft.Net.Http.Headers;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Gateway.Identity;

/// <summary>
/// <c>GET /.well-known/openid-configuration</c> (OpenID Connect Discovery 1.0, what a verifier of tokens needs of it) and
/// <c>GET /.well-known/jwks.json</c> (RFC 7517).
/// </summary>
internal static class PublishKeys
{
    private const string KeysPath = "/.well-known/jwks.json";
    private const string Cached = "public, max-age=300";

    public static void Map(WebApplication app)
    {
        app.MapGet("/.well-known/openid-configuration", Configuration).AllowAnonymous();
        app.MapGet(KeysPath, Keys).AllowAnonymous();
    }

    private static IResult Configuration(HttpContext context)
    {
        var origin = $"{context.Request.Scheme}://{context.Request.Host}";
        context.Response.Headers[HeaderNames.CacheControl] = Cached;
        return TypedResults.Json(new Dictionary<string, object>
        {
            ["issuer"] = PlatformAuthentication.Issuer,
            ["jwks_uri"] = origin + KeysPath,
            ["token_endpoint"] = origin + "/auth/token",
            ["response_types_supported"] = new[] { "token" },
            ["subject_types_supported"] = new[] { "public" },
            ["id_token_signing_alg_values_supported"] = new[] { SecurityAlgorithms.EcdsaSha256 },
        });
    }

    private static IResult Keys(HttpContext context, SigningKeys keys)
    {
        context.Response.Headers[HeaderNames.CacheControl] = Cached;
        return TypedResults.Json(new
        {
            keys = keys.Published.Select(key => new { kty = key.Kty, crv = key.Crv, x = key.X, y = key.Y, use = key.Use, alg = key.Alg, kid = key.Kid }),
        });
    }
}
