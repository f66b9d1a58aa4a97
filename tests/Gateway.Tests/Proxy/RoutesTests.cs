using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;

namespace QrPlatform.Gateway.Tests.Proxy;

[Collection(SharedGateway.Name)]
public sealed class RoutesTests(GatewayWithServices shared)
{
    private static readonly string[] Public = ["events-in", "webhooks"];

    [Fact]
    public async Task Every_cluster_exists_and_every_route_that_is_not_public_names_a_policy()
    {
        var config = shared.Gateway.Services.GetRequiredService<IProxyConfigProvider>().GetConfig();
        var policies = shared.Gateway.Services.GetRequiredService<IAuthorizationPolicyProvider>();

        Assert.NotEmpty(config.Routes);
        foreach (var route in config.Routes)
        {
            Assert.Contains(config.Clusters, cluster => cluster.ClusterId == route.ClusterId);
            if (Public.Contains(route.RouteId)) Assert.Equal("anonymous", route.AuthorizationPolicy);
            else Assert.NotNull(await policies.GetPolicyAsync(route.AuthorizationPolicy ?? ""));
        }
    }

    [Theory]
    [InlineData("POST", "/v1/events", "ingestion")]
    [InlineData("POST", "/v1/events/", "ingestion")]
    [InlineData("GET", "/v1/events/evt_1/trace", "ingestion")]
    [InlineData("GET", "/v1/ledger?from=2025-11-01T00:00:00Z&to=2025-12-01T00:00:00Z", "ingestion")]
    [InlineData("GET", "/v1/quarantine", "ingestion")]
    [InlineData("POST", "/v1/webhooks/linkbreakers", "ingestion")]
    [InlineData("POST", "/v1/imports?format=csv", "ingestion")]
    [InlineData("DELETE", "/v1/imports/1", "ingestion")]
    [InlineData("POST", "/v1/query", "reporting")]
    [InlineData("GET", "/v1/catalogue", "reporting")]
    [InlineData("GET", "/v1/tenant", "reporting")]
    [InlineData("GET", "/v1/analytics/scans?limit=10&cursor=a%2Bb%3D", "reporting")]
    [InlineData("GET", "/v1/live", "reporting")]
    [InlineData("GET", "/v1/exports/scans.csv", "reporting")]
    [InlineData("GET", "/odata/v4/$metadata", "reporting")]
    [InlineData("GET", "/v1/campaigns?limit=10", "enrichment")]
    [InlineData("PUT", "/v1/campaigns/camp_1", "enrichment")]
    [InlineData("POST", "/v1/campaigns/camp_1/costs", "enrichment")]
    [InlineData("DELETE", "/v1/campaigns/camp_1/costs/cost_1", "enrichment")]
    [InlineData("PUT", "/v1/qr-codes/qr_1", "enrichment")]
    [InlineData("POST", "/v1/placements/place_1/lifecycle", "enrichment")]
    [InlineData("POST", "/v1/privacy/erasure-requests", "privacy-compliance")]
    [InlineData("GET", "/v1/privacy/erasure-requests/6f1c1a52-0b62-4f5c-9a07-6d8f2e3b1c11", "privacy-compliance")]
    [InlineData("GET", "/v1/audit", "privacy-compliance")]
    [InlineData("GET", "/v1/alerts/rules", "alerting")]
    [InlineData("GET", "/v1/incidents", "alerting")]
    public async Task Forwards_to_the_service_what_was_asked(string method, string target, string service)
    {
        using var response = await shared.Gateway.SendAsync(new HttpMethod(method), target, await shared.TokenAsync("admin"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var reached = await response.Content.ReadFromJsonAsync<Reached>();
        Assert.Equal((service, method, target), (reached!.Service, reached.Method, reached.Target));
        Assert.StartsWith("Bearer ", reached.Headers["authorization"], StringComparison.Ordinal);
        Assert.Equal("127.0.0.1", reached.Headers["x-forwarded-for"]);
    }

    // Rows: who may (a), who may not (-): administrator, executive, analyst, marketer, operator, compliance.
    [Theory]
    [InlineData("/v1/events/evt_1/trace", "a---a-")]
    [InlineData("/v1/ledger", "a---a-")]
    [InlineData("/v1/quarantine", "a---a-")]
    [InlineData("/v1/imports", "a---a-")]
    [InlineData("/v1/query", "aaaa--")]
    [InlineData("/v1/catalogue", "aaaaaa")]
    [InlineData("/v1/tenant", "aaaaaa")]
    [InlineData("/v1/analytics/scans", "a-aa--")]
    [InlineData("/v1/live", "aaaa-a")]
    [InlineData("/v1/exports/scans.csv", "a-aa--")]
    [InlineData("/odata/v4/", "a-aa--")]
    [InlineData("/v1/campaigns", "aaaa--")]
    [InlineData("/v1/qr-codes/qr_1", "aaaa--")]
    [InlineData("/v1/placements", "aaaa--")]
    [InlineData("/v1/privacy/erasure-requests", "a----a")]
    [InlineData("/v1/audit", "a----a")]
    [InlineData("/v1/alerts", "a-aaa-")]
    [InlineData("/v1/incidents", "a---a-")]
    [InlineData("/v1/bi-logins", "a-----")]
    public async Task Lets_through_only_the_roles_that_may(string path, string who)
    {
        string[] users = ["admin", "executive", "analyst", "marketer", "operator", "compliance"];
        var seen = "";
        foreach (var user in users)
        {
            using var response = await shared.Gateway.SendAsync(HttpMethod.Get, path, await shared.TokenAsync(user));
            seen += response.StatusCode switch { HttpStatusCode.OK => 'a', HttpStatusCode.Forbidden => '-', var other => throw new InvalidOperationException($"{user}: {other}") };
        }

        using var nobody = await shared.Gateway.SendAsync(HttpMethod.Get, path);
        Assert.Equal((who, HttpStatusCode.Unauthorized), (seen, nobody.StatusCode));
    }

    [Theory]
    [InlineData("/v1/events")]
    [InlineData("/v1/webhooks/linkbreakers")]
    public async Task Forwards_events_with_the_key_that_only_ingestion_knows(string path)
    {
        using var response = await shared.Gateway.SendAsync(HttpMethod.Post, path, "qr_ingest_demo", new StringContent("{}"));

        Assert.Equal("Bearer qr_ingest_demo", (await response.Content.ReadFromJsonAsync<Reached>())!.Headers["authorization"]);
    }

    [Fact]
    public async Task The_key_of_the_services_never_comes_from_outside()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events") { Headers = { { "X-Service-Key", "guess" } } };
        using var response = await shared.Gateway.Client.SendAsync(request);

        Assert.DoesNotContain("x-service-key", (await response.Content.ReadFromJsonAsync<Reached>())!.Headers.Keys);
    }

    [Theory]
    [InlineData("/internal")]
    [InlineData("/internal/subjects")]
    [InlineData("/INTERNAL/subjects")]
    [InlineData("//internal/subjects")]
    [InlineData("/./internal/subjects")]
    [InlineData("/%69nternal/subjects")]
    [InlineData("/%2569nternal/subjects")]
    [InlineData("/internal;a=b/subjects")]
    [InlineData("/internal%2Fsubjects")]
    [InlineData("/internal%5Csubjects")]
    [InlineData("/\\internal\\subjects")]
    [InlineData("/v1/events/../../internal/subjects")]
    [InlineData("/v1/events/%2e%2e/%2e%2e/internal/subjects")]
    [InlineData("/v1/events/..%2f..%2finternal/subjects")]
    [InlineData("/v1/events/%252e%252e/%252e%252e/internal/subjects")]
    [InlineData("/v1/events/%252e%252e%252f%252e%252e%252finternal/subjects")]
    [InlineData("/v1/events/..%5c..%5cinternal/subjects")]
    [InlineData("/v1/events/..;/..;/internal/subjects")]
    [InlineData("http://ingestion/internal/subjects")]
    public async Task Never_forwards_what_is_internal(string target)
    {
        var before = Requests();

        foreach (var method in (string[])["GET", "POST", "PUT"])
        {
            var status = await RawRequest.StatusAsync(shared.Gateway.Client.BaseAddress!, method, target, $"Authorization: Bearer {await shared.TokenAsync("admin")}\r\n");
            Assert.Contains(status, (int[])[404, 400]);
        }

        Assert.Equal(before, Requests());
    }

    [Theory]
    [InlineData("GET", "/nothing", HttpStatusCode.NotFound)]
    [InlineData("POST", "/v1/nothing", HttpStatusCode.NotFound)]
    [InlineData("GET", "/v1/webhooks/linkbreakers", HttpStatusCode.MethodNotAllowed)]
    public async Task What_no_route_takes_is_a_problem(string method, string path, HttpStatusCode status)
    {
        using var response = await shared.Gateway.SendAsync(new HttpMethod(method), path);

        Assert.Equal((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    private int Requests() => ((string[])["ingestion", "enrichment", "reporting", "privacy-compliance", "alerting"]).Sum(name => shared.Service(name).Requests);
}
