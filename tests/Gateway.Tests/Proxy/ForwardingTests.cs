using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace QrPlatform.Gateway.Tests.Proxy;

[Collection(SharedGateway.Name)]
public sealed class ForwardingTests(GatewayWithServices shared)
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task Carries_the_largest_batch_that_ingestion_takes()
    {
        using var response = await shared.Gateway.SendAsync(HttpMethod.Post, "/v1/events", content: new ByteArrayContent(new byte[16 * Megabyte]));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(16 * Megabyte, (await response.Content.ReadFromJsonAsync<Reached>())!.Bytes);
    }

    [Fact]
    public async Task Refuses_what_says_it_is_too_large_without_bothering_the_service()
    {
        var before = shared.Service("ingestion").Requests;
        for (var round = 0; round < 5; round++)
        {
            using var response = await shared.Gateway.SendAsync(HttpMethod.Post, "/v1/events", content: new ByteArrayContent(new byte[(17 + (8 * round)) * Megabyte]));
            Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        }

        Assert.Equal(before, shared.Service("ingestion").Requests);
    }

    [Fact]
    public async Task Hands_on_the_refusal_of_a_service_that_stops_reading()
    {
        shared.Service("ingestion").Paths["/v1/events"] = async context =>
        {
            var left = 16 * Megabyte;
            var buffer = new byte[64 * 1024];
            for (int read; left > 0 && (read = await context.Request.Body.ReadAsync(buffer)) > 0;) left -= read;
            context.Response.StatusCode = 413;
            await context.Response.WriteAsJsonAsync(new { title = "mine" });
        };

        for (var round = 0; round < 5; round++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events") { Content = new ByteArrayContent(new byte[(17 + round) * Megabyte]), Headers = { TransferEncodingChunked = true } };
            using var response = await shared.Gateway.Client.SendAsync(request);
            Assert.Equal((HttpStatusCode.RequestEntityTooLarge, """{"title":"mine"}"""), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        }

        shared.Service("ingestion").Paths.Remove("/v1/events");
    }

    [Fact]
    public async Task Refuses_a_body_that_hides_its_length_and_does_not_call_it_a_fault()
    {
        for (var round = 0; round < 3; round++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events") { Content = new ByteArrayContent(new byte[40 * Megabyte]), Headers = { TransferEncodingChunked = true } };
            try
            {
                using var response = await shared.Gateway.Client.SendAsync(request);
                Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
            }
            catch (HttpRequestException)
            {
                // The connection was closed while this client was still sending: refused as well, without its reading the answer.
                continue;
            }
        }
    }

    [Fact]
    public async Task Passes_on_what_a_service_streams_while_it_streams()
    {
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        shared.Service("reporting").Paths["/v1/live"] = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n");
            await context.Response.Body.FlushAsync();
            await second.Task.WaitAsync(TimeSpan.FromSeconds(10));
            await context.Response.WriteAsync("data: 2\n\n");
        };

        using var response = await shared.Gateway.SendAsync(HttpMethod.Get, "/v1/live", await shared.TokenAsync("admin"));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10));
        second.SetResult();

        Assert.Equal("data: 1", first);
        Assert.Contains("data: 2", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        shared.Service("reporting").Paths.Remove("/v1/live");
    }

    [Fact]
    public async Task A_service_that_breaks_off_is_a_problem_that_says_so()
    {
        shared.Service("ingestion").Paths["/v1/ledger"] = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };

        using var response = await shared.Gateway.SendAsync(HttpMethod.Get, "/v1/ledger", await shared.TokenAsync("operator"));

        Assert.Equal((HttpStatusCode.BadGateway, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Contains("not known", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        shared.Service("ingestion").Paths.Remove("/v1/ledger");
    }

    [Fact]
    public async Task Hands_on_a_service_s_own_problems_unchanged()
    {
        shared.Service("ingestion").Paths["/v1/webhooks/strange"] = context =>
        {
            context.Response.StatusCode = 422;
            context.Response.ContentType = "application/problem+json";
            return context.Response.WriteAsync("""{"title":"mine"}""");
        };

        using var response = await shared.Gateway.SendAsync(HttpMethod.Post, "/v1/webhooks/strange");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal("""{"title":"mine"}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_service_that_is_away_is_a_problem_and_works_again_when_it_is_back()
    {
        var service = await Destination.StartAsync("ingestion");
        var port = new Uri(service.Address).Port;
        await using var gateway = await RunningGateway.StartAsync(new() { ["services:ingestion:http:0"] = service.Address });
        using (var before = await gateway.SendAsync(HttpMethod.Post, "/v1/events", content: Body())) Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        await service.DisposeAsync();

        using (var away = await gateway.SendAsync(HttpMethod.Post, "/v1/events", content: Body()))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (away.StatusCode, away.Content.Headers.ContentType?.MediaType));
            Assert.Equal(TimeSpan.FromSeconds(2), away.Headers.RetryAfter?.Delta);
            Assert.Contains("'ingestion'", await away.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await using var again = await Destination.StartAsync("ingestion", port: port);
        using var after = await gateway.SendAsync(HttpMethod.Post, "/v1/events", content: Body());
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task Spreads_requests_over_replicas()
    {
        await using var one = await Destination.StartAsync("one");
        await using var two = await Destination.StartAsync("two");
        await using var gateway = await RunningGateway.StartAsync(new() { ["services:ingestion:http:0"] = one.Address, ["services:ingestion:http:1"] = two.Address });

        for (var request = 0; request < 40; request++)
        {
            using var response = await gateway.SendAsync(HttpMethod.Post, "/v1/events");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.True(one.Requests > 0 && two.Requests > 0);
    }

    [Theory]
    [InlineData("ReverseProxy:Clusters:ingestion:SessionAffinity:Enabled", "true", "HashCookie")]
    [InlineData("ReverseProxy:Routes:ledger:AuthorizationPolicy", "", "ledger")]
    public async Task Refuses_to_start_with_routes_that_would_not_work(string setting, string value, string named)
    {
        var settings = new Dictionary<string, string?>
        {
            [setting] = value,
            ["ReverseProxy:Clusters:ingestion:SessionAffinity:AffinityKeyName"] = "affinity",
            ["Keys:Directory"] = Directory.CreateTempSubdirectory("qr-routes-").FullName,
        };

        var refused = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var app = RunningGateway.Build(settings, "Development", Console.Error)!;
            await app.StartAsync();
        });

        Assert.Contains(named, refused.ToString(), StringComparison.Ordinal);
        Directory.Delete(settings["Keys:Directory"]!, recursive: true);
    }

    private static StringContent Body() => new("{}", Encoding.UTF8, "application/json");
}
