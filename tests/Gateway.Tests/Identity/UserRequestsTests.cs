using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace QrPlatform.Gateway.Tests.Identity;

/// <summary>Requests about users that are hostile, wrong, or of somebody who may not.</summary>
[Collection(SharedGateway.Name)]
public sealed class UserRequestsTests(GatewayWithServices shared)
{
    private const string Password = "correct horse battery";

    [Theory]
    [InlineData("x@acme", """{"role": "analyst"}""", 422, "name")]
    [InlineData("admin@acme", """{"role": "analyst"}""", 422, "name")]
    [InlineData("x", """{"role": "analyst"}""", 422, "name")]
    [InlineData("X@demo", """{"role": "analyst"}""", 422, "name")]
    [InlineData("@demo", """{"role": "analyst"}""", 422, "name")]
    [InlineData("x%0A@demo", """{"role": "analyst"}""", 422, "name")]
    [InlineData("a'%3B--@demo", """{"role": "analyst"}""", 422, "name")]
    [InlineData("x@demo", "{}", 422, "$.role")]
    [InlineData("x@demo", """{"role": "root"}""", 422, "$.role")]
    [InlineData("x@demo", """{"role": ["analyst"]}""", 422, "$.role")]
    [InlineData("x@demo", """{"role": "analyst", "campaigns": "all"}""", 422, "$.campaigns")]
    [InlineData("x@demo", """{"role": "analyst", "campaigns": [7]}""", 422, "$.campaigns[0]")]
    [InlineData("x@demo", """{"role": "analyst", "campaigns": ["a\u0000"]}""", 422, "$.campaigns[0]")]
    [InlineData("x@demo", """{"role": "analyst", "password": "short"}""", 422, "$.password")]
    [InlineData("x@demo", """{"role": "analyst", "password": "with\u0000in the middle"}""", 422, "$.password")]
    [InlineData("x@demo", """{"role": "analyst", "campaign": []}""", 422, "$.campaign")]
    [InlineData("x@demo", """{"role": "analyst", "tenant": "acme"}""", 422, "$.tenant")]
    [InlineData("x@demo", """["role"]""", 400, null)]
    [InlineData("x@demo", "{", 400, null)]
    public async Task Says_what_is_wrong_and_where(string name, string body, int status, string? path)
    {
        using var answer = await shared.Gateway.SendAsync(HttpMethod.Put, $"/v1/users/{name}", await shared.TokenAsync("admin"), new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal((status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        if (path is not null) Assert.Equal(path, Text((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0], "path"));
    }

    [Fact]
    public async Task Grants_that_no_header_could_carry_are_refused_and_the_longest_allowed_work()
    {
        var admin = await shared.TokenAsync("admin");
        string[] Ids(int count) => [.. Enumerable.Range(0, count).Select(i => $"campaign-{i:00000}")];
        Assert.Equal(422, (await SendAsync(admin, HttpMethod.Put, "/v1/users/x@demo", new { role = "analyst", campaigns = Ids(700) })).Status);
        Assert.Equal(201, (await SendAsync(admin, HttpMethod.Put, "/v1/users/x@demo", new { role = "analyst", campaigns = Ids(450), password = Password })).Status);
        using var signedIn = await shared.Gateway.AskForTokenAsync("x@demo", Password);
        var token = (await signedIn.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString();
        using var asked = await shared.Gateway.SendAsync(HttpMethod.Get, "/v1/catalogue", token);
        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
    }

    [Fact]
    public async Task Only_administrators_may_and_only_their_own_tenants_users()
    {
        foreach (var user in (string[])["executive", "analyst", "marketer", "operator", "compliance"])
        {
            Assert.Equal(403, (await SendAsync(await shared.TokenAsync(user), HttpMethod.Get, "/v1/users")).Status);
            Assert.Equal(403, (await SendAsync(await shared.TokenAsync(user), HttpMethod.Put, "/v1/users/x@demo", new { role = "administrator" })).Status);
        }

        var admin = await shared.TokenAsync("admin");
        Assert.Equal(404, (await SendAsync(admin, HttpMethod.Get, "/v1/users/admin@acme")).Status);
        Assert.Equal(404, (await SendAsync(admin, HttpMethod.Delete, "/v1/users/admin@acme")).Status);
        Assert.Equal(404, (await SendAsync(admin, HttpMethod.Post, "/v1/users/admin@acme/password")).Status);
        Assert.DoesNotContain((await SendAsync(admin, HttpMethod.Get, "/v1/users")).Body.GetProperty("data").EnumerateArray(), user => Text(user, "name").EndsWith("@acme", StringComparison.Ordinal));
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private async Task<(int Status, JsonElement Body)> SendAsync(string token, HttpMethod method, string path, object? body = null)
    {
        using var answer = await shared.Gateway.SendAsync(method, path, token, body is null ? null : JsonContent.Create(body));
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }
}
