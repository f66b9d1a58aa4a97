using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using QrPlatform.Gateway.Identity;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Gateway.Tests.Identity;

[Collection(SharedGateway.Name)]
public sealed class RequestTokenTests(GatewayWithServices shared)
{
    [Fact]
    public async Task Gives_a_token_that_the_published_keys_verify()
    {
        var token = await shared.TokenAsync("marketer");

        var address = new Uri(shared.Gateway.Client.BaseAddress!, "/.well-known/openid-configuration").ToString();
        var published = await OpenIdConnectConfigurationRetriever.GetAsync(address, new HttpDocumentRetriever { RequireHttps = false }, CancellationToken.None);
        var parameters = PlatformAuthentication.ValidationParameters();
        parameters.IssuerSigningKeys = published.SigningKeys;
        var result = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(token, parameters);

        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Equal("qrplatform", published.Issuer);
        var read = (JsonWebToken)result.SecurityToken;
        Assert.Equal(("ES256", "marketer", "qrplatform"), (read.Alg, read.Subject, read.Issuer));
        Assert.Equal("demo", read.GetClaim("tenant").Value);
        Assert.Equal("analyst", read.GetClaim("role").Value);
        Assert.Equal("granted", read.GetClaim("campaign_scope").Value);
        Assert.Equal(["camp_holiday_2025"], read.Claims.Where(claim => claim.Type == "campaign").Select(claim => claim.Value));
        Assert.Equal(TimeSpan.FromHours(1), read.ValidTo - read.IssuedAt);
        Assert.NotEmpty(read.Id);
        Assert.Contains(published.SigningKeys, key => key.KeyId == read.Kid);
    }

    [Theory]
    [InlineData("admin", "demo", "administrator")]
    [InlineData("executive", "demo", "executive")]
    [InlineData("analyst", "demo", "analyst")]
    [InlineData("operator", "demo", "operator")]
    [InlineData("compliance", "demo", "compliance_officer")]
    [InlineData("admin@acme", "acme", "administrator")]
    public async Task Gives_each_demo_user_its_tenant_and_role(string user, string tenant, string role)
    {
        var token = new JsonWebToken(await shared.TokenAsync(user));

        Assert.Equal((tenant, role, "all"), (token.GetClaim("tenant").Value, token.GetClaim("role").Value, token.GetClaim("campaign_scope").Value));
        Assert.DoesNotContain(token.Claims, claim => claim.Type == "campaign");
    }

    [Fact]
    public async Task Answers_as_the_contract_says()
    {
        await shared.Gateway.PreparedAsync();
        using var response = await shared.Gateway.AskForTokenAsync("analyst", "demo");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(["access_token", "token_type", "expires_in"], body.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("Bearer", 3600), (body.GetProperty("token_type").GetString(), body.GetProperty("expires_in").GetInt32()));
    }

    [Theory]
    [InlineData("analyst", "wrong")]
    [InlineData("analyst", "Demo")]
    [InlineData("nobody", "demo")]
    [InlineData("ANALYST", "demo")]
    [InlineData("analyst' or 'a'='a", "demo")]
    [InlineData("analyst\0", "demo")]
    public async Task Refuses_a_wrong_password_and_an_unknown_user_alike(string user, string password)
    {
        await shared.Gateway.PreparedAsync();
        using var response = await shared.Gateway.AskForTokenAsync(user, password);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("The user name or the password is wrong.", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("title").GetString());
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("{", 400)]
    [InlineData("null", 400)]
    [InlineData("[]", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"username":"analyst"}""", 400)]
    [InlineData("""{"username":5,"password":"demo"}""", 400)]
    [InlineData("""{"username":"","password":"demo"}""", 400)]
    [InlineData("""{"username":null,"password":"demo"}""", 400)]
    [InlineData("""{"username":"\ud800","password":"demo"}""", 400)]
    [InlineData("""{"username":{"a":[[[[]]]]},"password":"demo"}""", 400)]
    public async Task Refuses_a_malformed_body(string body, int status)
    {
        using var response = await shared.Gateway.SendAsync(HttpMethod.Post, "/auth/token", content: new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Refuses_another_media_type_method_or_size()
    {
        using var form = await shared.Gateway.SendAsync(HttpMethod.Post, "/auth/token", content: new FormUrlEncodedContent([new("username", "admin")]));
        using var get = await shared.Gateway.SendAsync(HttpMethod.Get, "/auth/token");
        using var large = await shared.Gateway.SendAsync(HttpMethod.Post, "/auth/token", content: JsonContent.Create(new { username = new string('a', 20_000), password = "demo" }));
        using var invalid = await shared.Gateway.SendAsync(HttpMethod.Post, "/auth/token", content: new ByteArrayContent([(byte)'{', 0xFF, 0xFE]) { Headers = { ContentType = new("application/json") } });

        Assert.Equal(
            (HttpStatusCode.UnsupportedMediaType, HttpStatusCode.MethodNotAllowed, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.BadRequest),
            (form.StatusCode, get.StatusCode, large.StatusCode, invalid.StatusCode));
        Assert.All([form, get, large, invalid], response => Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Stops_guessing_without_locking_others_out()
    {
        await shared.Gateway.PreparedAsync();
        var user = "guessed-" + Guid.NewGuid().ToString("N");
        var limit = shared.Gateway.Services.GetRequiredService<GuessLimit>();
        for (var attempt = 1; attempt < GuessLimit.PerUser; attempt++) Assert.True(limit.TryBegin(IPAddress.Loopback, user, out _));

        using var last = await shared.Gateway.AskForTokenAsync(user, "wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, last.StatusCode);
        using var refused = await shared.Gateway.AskForTokenAsync(user, "wrong");
        using var other = await shared.Gateway.AskForTokenAsync("analyst", "demo");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }
}
