using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using QrPlatform.Testing;

namespace QrPlatform.Gateway.Tests.Identity;

public sealed class ManageUsersTests : IAsyncLifetime
{
    private const string Catalogue = "/v1/catalogue", Password = "correct horse battery";

    private readonly ConcurrentQueue<JsonElement> _news = new(), _audited = new();
    private readonly Dictionary<string, string?> _settings = new(StringComparer.Ordinal);
    private Destination _projection = null!, _privacy = null!, _reporting = null!;
    private RunningGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _projection = await ReceiverAsync("projection", "/internal/v1/user-grants", _news);
        _privacy = await ReceiverAsync("privacy-compliance", "/internal/v1/audit", _audited);
        _reporting = await Destination.StartAsync("reporting");
        foreach (var service in (Destination[])[_projection, _privacy, _reporting]) _settings[$"services:{service.Name}:http:0"] = service.Address;
        _settings["ConnectionStrings:qrplatform"] = await TestServers.CreateDatabaseAsync();
        _settings["Services:Key"] = "key-of-the-services";
        _gateway = await RunningGateway.StartAsync(_settings);
        await _gateway.PreparedAsync();
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        foreach (var service in (Destination[])[_projection, _privacy, _reporting]) await service.DisposeAsync();
    }

    [Fact]
    public async Task An_administrator_makes_changes_and_removes_a_user_and_every_change_is_told()
    {
        var admin = await _gateway.TokenAsync("admin");
        var (status, made, headers) = await SendAsync(admin, HttpMethod.Put, "/v1/users/jo@demo", new { role = "analyst", campaigns = new[] { "b", "a", "a" } });
        Assert.Equal((201, "/v1/users/jo%40demo", "\"1\"", "no-store, private"), (status, headers.Location?.OriginalString, headers.ETag?.Tag, headers.CacheControl?.ToString()));
        Assert.Equal("""["a","b"]""", made.GetProperty("campaigns").GetRawText());
        var password = made.GetProperty("password").GetString()!;
        Assert.Equal(32, password.Length);

        var (_, shown, _) = await SendAsync(admin, HttpMethod.Get, headers.Location!.OriginalString);
        Assert.Equal(("jo@demo", "analyst", 1, "admin", false), (Text(shown, "name"), Text(shown, "role"), shown.GetProperty("version").GetInt32(), Text(shown, "changedBy"), shown.TryGetProperty("password", out _)));
        Assert.Contains((await SendAsync(admin, HttpMethod.Get, "/v1/users")).Body.GetProperty("data").EnumerateArray(), user => Text(user, "name") == "jo@demo");
        var token = await SignInAsync("jo@demo", password);
        Assert.Equal(HttpStatusCode.OK, await AsksAsync(token));

        // What is as it was is no change: nobody has to sign in again for it.
        Assert.Equal("\"1\"", (await SendAsync(admin, HttpMethod.Put, "/v1/users/jo@demo", new { role = "analyst", campaigns = new[] { "a", "b" } })).Headers.ETag?.Tag);
        Assert.Equal(412, (await SendAsync(admin, HttpMethod.Put, "/v1/users/jo@demo", new { role = "operator" }, "\"7\"")).Status);
        Assert.Equal(200, (await SendAsync(admin, HttpMethod.Put, "/v1/users/jo@demo", new { role = "operator" }, "\"1\"")).Status);
        Assert.Equal(412, (await SendAsync(admin, HttpMethod.Delete, "/v1/users/jo@demo", null, "\"1\"")).Status);
        Assert.Equal(204, (await SendAsync(admin, HttpMethod.Delete, "/v1/users/jo@demo")).Status);
        Assert.Equal(404, (await SendAsync(admin, HttpMethod.Delete, "/v1/users/jo@demo")).Status);
        Assert.Equal(404, (await SendAsync(admin, HttpMethod.Get, "/v1/users/jo@demo")).Status);

        // Told before the answer; each with the user's version, which goes on when the name is given again.
        Assert.Equal("\"4\"", (await SendAsync(admin, HttpMethod.Put, "/v1/users/jo@demo", new { role = "analyst" })).Headers.ETag?.Tag);
        Assert.Equal(
            ["1 analyst [\"a\",\"b\"]", "2 operator null", "3  null", "4 analyst null"],
            _news.Where(news => Text(news, "user") == "jo@demo").Select(news => $"{news.GetProperty("version")} {news.GetProperty("role")} {news.GetProperty("campaigns").GetRawText()}"));
        Assert.Equal(
            ["admin user.created demo", "admin user.changed demo", "admin user.removed demo", "admin user.created demo"],
            _audited.Where(entry => Text(entry, "object") == "jo@demo").Select(entry => $"{Text(entry, "actor")} {Text(entry, "action")} {Text(entry, "tenant")}"));
        Assert.DoesNotContain(_audited.Concat(_news), entry => entry.GetRawText().Contains(password, StringComparison.Ordinal) || entry.GetRawText().Contains("pbkdf2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_changed_or_removed_users_tokens_and_streams_end_also_those_of_an_earlier_user_of_that_name()
    {
        var admin = await _gateway.TokenAsync("admin");
        async Task<string> PutAsync(object body)
        {
            Assert.InRange((await SendAsync(admin, HttpMethod.Put, "/v1/users/jo@demo", body)).Status, 200, 201);
            return await SignInAsync("jo@demo", Password);
        }

        var tokens = new List<string> { await PutAsync(new { role = "analyst", password = Password }) };
        tokens.Add(await PutAsync(new { role = "executive" }));
        tokens.Add(await PutAsync(new { role = "executive", campaigns = new[] { "a" } }));
        tokens.Add(await PutAsync(new { role = "executive", campaigns = new[] { "a" }, password = Password }));
        await SendAsync(admin, HttpMethod.Delete, "/v1/users/jo@demo");
        tokens.Add(await PutAsync(new { role = "analyst", password = Password }));

        foreach (var token in tokens.SkipLast(1))
        {
            using var refused = await _gateway.SendAsync(HttpMethod.Get, Catalogue, token);
            Assert.Equal((HttpStatusCode.Unauthorized, "Bearer error=\"invalid_token\""), (refused.StatusCode, refused.Headers.WwwAuthenticate.ToString()));
        }

        Assert.Equal(HttpStatusCode.OK, await AsksAsync(tokens[^1]));
        var open = new TaskCompletionSource();
        _reporting.Paths["/v1/live"] = async context =>
        {
            await context.Response.WriteAsync(": live\n\n");
            await context.Response.Body.FlushAsync();
            open.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };
        using var stream = await _gateway.SendAsync(HttpMethod.Get, "/v1/live", tokens[^1]);
        await open.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await SendAsync(admin, HttpMethod.Delete, "/v1/users/jo@demo");
        await Assert.ThrowsAnyAsync<Exception>(async () => await (await stream.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null).WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task The_last_administrator_stays_also_when_two_remove_each_other()
    {
        var admin = await _gateway.TokenAsync("admin@acme");
        foreach (var body in new object[] { new { role = "analyst" }, new { role = "administrator", campaigns = new[] { "a" } } })
            Assert.Equal((409, "last_administrator"), Problem(await SendAsync(admin, HttpMethod.Put, "/v1/users/admin@acme", body)));
        Assert.Equal((409, "last_administrator"), Problem(await SendAsync(admin, HttpMethod.Delete, "/v1/users/admin@acme")));

        // One who is limited to campaigns manages nobody, and does not count.
        await SendAsync(admin, HttpMethod.Put, "/v1/users/little@acme", new { role = "administrator", campaigns = new[] { "a" }, password = Password });
        Assert.Equal(403, (await SendAsync(await SignInAsync("little@acme", Password), HttpMethod.Get, "/v1/users")).Status);
        Assert.Equal((409, "last_administrator"), Problem(await SendAsync(admin, HttpMethod.Delete, "/v1/users/admin@acme")));

        await SendAsync(admin, HttpMethod.Put, "/v1/users/other@acme", new { role = "administrator", password = Password });
        var other = await SignInAsync("other@acme", Password);
        var both = await Task.WhenAll(SendAsync(admin, HttpMethod.Delete, "/v1/users/other@acme"), SendAsync(other, HttpMethod.Delete, "/v1/users/admin@acme"));
        Assert.Single(both, answer => answer.Status == 204);
        Assert.Single(both, answer => answer.Status is 409 or 401);
    }

    [Fact]
    public async Task A_removed_demo_user_stays_removed_and_another_password_ends_the_old_one()
    {
        var admin = await _gateway.TokenAsync("admin");
        Assert.Equal(204, (await SendAsync(admin, HttpMethod.Delete, "/v1/users/operator")).Status);
        var renewed = Text((await SendAsync(admin, HttpMethod.Post, "/v1/users/analyst/password")).Body, "password");
        await using var again = await RunningGateway.StartAsync(_settings);
        await again.PreparedAsync();

        foreach (var (user, password, expected) in new[] { ("operator", "demo", 401), ("analyst", "demo", 401), ("analyst", renewed, 200), ("executive", "demo", 200) })
        {
            using var answer = await again.AskForTokenAsync(user, password);
            Assert.Equal(expected, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task What_a_service_that_is_away_was_not_told_it_is_told_when_it_is_back()
    {
        var admin = await _gateway.TokenAsync("admin");
        var port = new Uri(_projection.Address).Port;
        await _projection.DisposeAsync();
        Assert.Equal(201, (await SendAsync(admin, HttpMethod.Put, "/v1/users/jo@demo", new { role = "analyst" })).Status);
        Assert.Contains(_audited, entry => Text(entry, "object") == "jo@demo");
        Assert.DoesNotContain(_news, news => Text(news, "user") == "jo@demo");

        _projection = await ReceiverAsync("projection", "/internal/v1/user-grants", _news, port);
        await Eventually.TrueAsync(() => Task.FromResult(_news.Any(news => Text(news, "user") == "jo@demo")), "it is told");
    }

    private static async Task<Destination> ReceiverAsync(string name, string path, ConcurrentQueue<JsonElement> taken, int port = 0)
    {
        var receiver = await Destination.StartAsync(name, port: port);
        receiver.Paths[path] = async context =>
        {
            Assert.Equal("key-of-the-services", context.Request.Headers["X-Service-Key"].ToString());
            foreach (var notice in (await context.Request.ReadFromJsonAsync<JsonElement>()).GetProperty("notices").EnumerateArray()) taken.Enqueue(notice);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        };
        return receiver;
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static (int Status, string? Type) Problem((int Status, JsonElement Body, HttpResponseHeaders Headers) answer) => (answer.Status, Text(answer.Body, "type"));

    private async Task<string> SignInAsync(string user, string password)
    {
        using var answer = await _gateway.AskForTokenAsync(user, password);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return Text(await answer.Content.ReadFromJsonAsync<JsonElement>(), "access_token");
    }

    private async Task<HttpStatusCode> AsksAsync(string token)
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, Catalogue, token);
        return answer.StatusCode;
    }

    private async Task<(int Status, JsonElement Body, HttpResponseHeaders Headers)> SendAsync(string token, HttpMethod method, string path, object? body = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body), Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        if (ifMatch is not null) request.Headers.IfMatch.Add(new EntityTagHeaderValue(ifMatch));
        using var answer = await _gateway.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text), answer.Headers);
    }
}
