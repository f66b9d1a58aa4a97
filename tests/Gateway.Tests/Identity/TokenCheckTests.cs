using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using QrPlatform.Gateway.Identity;

namespace QrPlatform.Gateway.Tests.Identity;

[Collection(SharedGateway.Name)]
public sealed class TokenCheckTests(GatewayWithServices shared)
{
    private const string Path = "/v1/catalogue";

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    private SigningKeys Keys => shared.Gateway.Services.GetRequiredService<SigningKeys>();

    [Fact]
    public async Task Lets_a_token_of_its_own_through()
    {
        using var issued = await shared.Gateway.SendAsync(HttpMethod.Get, Path, await shared.TokenAsync("executive"));
        using var made = await shared.Gateway.SendAsync(HttpMethod.Get, Path, Signed(Keys.Credentials));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (issued.StatusCode, made.StatusCode));
    }

    [Fact]
    public async Task Refuses_no_token_and_what_is_none()
    {
        foreach (var token in (string?[])[null, "", "x", "a.b.c", "qr_ingest_demo", "....."]) await RefusedAsync(token);
    }

    [Fact]
    public async Task Refuses_alg_none()
    {
        var parts = Signed(Keys.Credentials).Split('.');
        foreach (var none in (string[])["none", "None", "NONE"])
        {
            var header = Base64UrlEncoder.Encode($$"""{"alg":"{{none}}","typ":"JWT"}""");
            await RefusedAsync($"{header}.{parts[1]}.");
            await RefusedAsync($"{header}.{parts[1]}.{parts[2]}");
        }
    }

    [Fact]
    public async Task Refuses_the_public_key_as_an_hmac_secret()
    {
        var key = Keys.Published[0];
        using var ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64UrlEncoder.DecodeBytes(key.X), Y = Base64UrlEncoder.DecodeBytes(key.Y) },
        });
        byte[][] secrets =
        [
            ecdsa.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(ecdsa.ExportSubjectPublicKeyInfoPem()),
            [.. Base64UrlEncoder.DecodeBytes(key.X), .. Base64UrlEncoder.DecodeBytes(key.Y)],
        ];
        foreach (var secret in secrets)
            await RefusedAsync(Signed(new SigningCredentials(new SymmetricSecurityKey(secret) { KeyId = key.Kid }, SecurityAlgorithms.HmacSha256)));
    }

    [Fact]
    public async Task Refuses_another_key_even_under_a_known_id()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        await RefusedAsync(Signed(new SigningCredentials(new ECDsaSecurityKey(other) { KeyId = Keys.Published[0].Kid }, SecurityAlgorithms.EcdsaSha256)));
        await RefusedAsync(Signed(new SigningCredentials(new ECDsaSecurityKey(other) { KeyId = "other" }, SecurityAlgorithms.EcdsaSha256)));
        await RefusedAsync(Signed(new SigningCredentials(new ECDsaSecurityKey(other), SecurityAlgorithms.EcdsaSha256)));
    }

    [Fact]
    public async Task Refuses_expired_and_foreign_tokens()
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;

        await RefusedAsync(Signed(Keys.Credentials, expires: now.AddMinutes(-1)));
        await RefusedAsync(Signed(Keys.Credentials, expires: null));
        await RefusedAsync(Signed(Keys.Credentials, expires: now.AddHours(1), notBefore: now.AddMinutes(5)));
        await RefusedAsync(Signed(Keys.Credentials, issuer: "someone"));
        await RefusedAsync(Signed(Keys.Credentials, issuer: null));
        await RefusedAsync(Signed(Keys.Credentials, audience: "someone"));
        await RefusedAsync(Signed(Keys.Credentials, audience: null));
    }

    [Fact]
    public async Task Refuses_a_token_that_was_changed()
    {
        var parts = (await shared.TokenAsync("marketer")).Split('.');
        var payload = Base64UrlEncoder.Decode(parts[1]);

        await RefusedAsync($"{parts[0]}.{Base64UrlEncoder.Encode(payload.Replace("\"analyst\"", "\"administrator\"", StringComparison.Ordinal))}.{parts[2]}");
        await RefusedAsync($"{parts[0]}.{Base64UrlEncoder.Encode(payload.Replace("granted", "all", StringComparison.Ordinal))}.{parts[2]}");
        await RefusedAsync($"{parts[0]}.{parts[1]}.{parts[2][..^4]}");
        await RefusedAsync($"{parts[0]}.{parts[1]}.{Base64UrlEncoder.Encode(new byte[64])}");
    }

    private async Task RefusedAsync(string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Path);
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        using var response = await shared.Gateway.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("Bearer", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    private static string Signed(SigningCredentials credentials, string? issuer = "qrplatform", string? audience = "qrplatform") =>
        Signed(credentials, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1), issuer: issuer, audience: audience);

    private static string Signed(SigningCredentials credentials, DateTime? expires, DateTime? notBefore = null, string? issuer = "qrplatform", string? audience = "qrplatform") =>
        Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            Expires = expires,
            NotBefore = notBefore,
            Claims = new Dictionary<string, object> { ["sub"] = "admin", ["tenant"] = "demo", ["role"] = "administrator", ["campaign_scope"] = "all", ["ver"] = 1 },
            SigningCredentials = credentials,
        });
}
