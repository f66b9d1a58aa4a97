using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.Dashboard;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace QrPlatform.HostingTests;

/// <summary>Who gets to the operations page, and who does not.</summary>
public sealed class DashboardAccessTests : IAsyncLifetime
{
    private Stack _stack = null!;
    private DashboardClient _client = null!;

    public async Task InitializeAsync()
    {
        _stack = await Stack.StartAsync(b => b.AddExecutable("sleeper", "sleep", ".", "1000"), dashboard: true);
        _client = DashboardClient.Of(_stack);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _stack.DisposeAsync();
    }

    [Theory]
    [InlineData("GET", "/", HttpStatusCode.Redirect)]
    [InlineData("GET", "/api/resources", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/api/events", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/api/resources/sleeper/log", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/api/resources/sleeper/log.txt", HttpStatusCode.Unauthorized)]
    [InlineData("POST", "/api/resources/sleeper/stop", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/login", HttpStatusCode.OK)]
    [InlineData("GET", "/login?t=wrong", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/login?t=", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/assets/app.js", HttpStatusCode.OK)]
    [InlineData("GET", "/assets/index.html", HttpStatusCode.NotFound)]
    [InlineData("GET", "/assets/..%2findex.html", HttpStatusCode.NotFound)]
    public async Task Shows_nothing_without_login(string method, string path, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add(RequestGuard.ActionHeader, "stop");
        using var answer = await _client.Http.SendAsync(request);

        Assert.Equal(expected, answer.StatusCode);
        Assert.Contains("default-src 'none'; script-src 'self'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        if (expected == HttpStatusCode.Redirect)
            Assert.Equal("/login", answer.Headers.Location?.ToString());
    }

    [Fact]
    public async Task The_link_sets_a_cookie_that_scripts_and_other_sites_do_not_get()
    {
        using var answer = await _client.Http.GetAsync($"/login?t={_client.Token}");

        Assert.Equal("/", answer.Headers.Location?.ToString());
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie")).ToLowerInvariant();
        Assert.Contains("; httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("; samesite=strict", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(_client.Token, cookie, StringComparison.Ordinal);
        Assert.Contains("<table", await _client.Http.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Equal(32, _client.Token.Length);
    }

    [Fact]
    public async Task The_form_takes_the_token_and_logging_out_ends_the_session()
    {
        using var entered = await _client.Http.PostAsync("/login", new FormUrlEncodedContent([new("token", _client.Token)]));
        Assert.Equal(HttpStatusCode.Redirect, entered.StatusCode);
        var cookie = entered.Headers.GetValues("Set-Cookie").Single().Split(';')[0];

        using var left = await _client.Http.PostAsync("/logout", null);
        Assert.Equal("/login", left.Headers.Location?.ToString());

        using var stolen = new HttpRequestMessage(HttpMethod.Get, "/api/resources");
        stolen.Headers.Add("Cookie", cookie);
        using var refused = await _client.Http.SendAsync(stolen);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task Guesses_are_limited_whatever_is_guessed_next()
    {
        for (var guess = 0; guess < 10; guess++)
        {
            using var wrong = await _client.Http.GetAsync($"/login?t={guess}");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var right = await _client.Http.GetAsync($"/login?t={_client.Token}");
        Assert.Equal(HttpStatusCode.TooManyRequests, right.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(6), right.Headers.RetryAfter?.Delta);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("http://evil.example", null, "stop")]
    [InlineData("http://localhost:1", null, "stop")]
    [InlineData("null", null, "stop")]
    [InlineData(null, "cross-site", "stop")]
    [InlineData(null, "same-site", "stop")]
    public async Task Other_pages_cannot_command(string? origin, string? site, string? action)
    {
        await _client.LogInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/resources/sleeper/stop");
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        if (site is not null)
            request.Headers.Add("Sec-Fetch-Site", site);
        if (action is not null)
            request.Headers.Add(RequestGuard.ActionHeader, action);

        using var answer = await _client.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.NotEqual("stopped", (await _client.ResourceAsync("sleeper")).GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.nip.example")]
    [InlineData("192.0.2.7")]
    public async Task Answers_under_no_name_that_others_can_point_here(string host)
    {
        await _client.LogInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/resources");
        request.Headers.Host = $"{host}:{_client.Http.BaseAddress!.Port}";

        using var answer = await _client.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("localhost", "localhost:18888", true)]
    [InlineData("localhost", "[::1]:18888", true)]
    [InlineData("*", "192.0.2.7:18888", true)]
    [InlineData("*", "evil.example:18888", false)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    public void Knows_its_hosts(string bound, string asked, bool isKnown) =>
        Assert.Equal(isKnown, RequestGuard.IsKnownHost(new HostString(asked), new DashboardSettings(bound, 18888, "token")));

    [Theory]
    [InlineData("http://localhost:18888", "localhost", 18888)]
    [InlineData("https://localhost:1;http://*:18888/", "*", 18888)]
    [InlineData("http://[::1]:18888", "::1", 18888)]
    [InlineData("http://127.0.0.1:0", "127.0.0.1", null)]
    public void Is_served_where_the_configuration_says(string urls, string host, int? port)
    {
        var settings = DashboardSettings.Read(Configuration(("ASPNETCORE_URLS", urls), ("AppHost:BrowserToken", "t")));

        Assert.Equal(new DashboardSettings(host, port, "t"), settings);
    }

    [Theory]
    [InlineData("https://localhost:18888")]
    [InlineData("http://example.org:18888")]
    [InlineData("http://localhost:port")]
    public void Refuses_addresses_that_it_cannot_serve(string urls) =>
        Assert.Throws<DistributedApplicationException>(() => DashboardSettings.Read(Configuration(("ASPNETCORE_URLS", urls), ("AppHost:BrowserToken", "t"))));

    [Fact]
    public void Takes_the_token_from_the_variables_that_Aspire_reads_and_is_never_open_to_all()
    {
        var configuration = Configuration(("ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN", "given"), ("ASPNETCORE_URLS", "http://localhost:1"));
        DashboardSettings.ProvideToken(configuration);
        Assert.Equal("given", DashboardSettings.Read(configuration)?.Token);

        configuration["ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS"] = "true";
        Assert.Throws<DistributedApplicationException>(() => DashboardSettings.Read(configuration));
    }

    private static IConfigurationRoot Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();
}
