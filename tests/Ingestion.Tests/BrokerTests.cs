using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using QrPlatform.Contracts;
using QrPlatform.Ingestion.Receiving;
using QrPlatform.Testing;

namespace QrPlatform.Ingestion.Tests;

public sealed class BrokerTests
{
    [Fact]
    public async Task Keeps_what_was_accepted_before_any_consumer_ever_ran()
    {
        await using var host = await IngestionHost.StartAsync();
        using var client = host.Sender();
        using (var answer = await client.PostAsync(ReceiveEvents.Path, Samples.Json($"[{Samples.Seed},{Samples.Event("dup")},{Samples.Event("dup")},{{}}]")))
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);

        // The consumer declares the same queue: with other arguments the broker would refuse it.
        await using var enrichment = await EnrichmentDouble.StartAsync(host.Broker);
        await Eventually.TrueAsync(() => Task.FromResult(!enrichment.Batches.IsEmpty), "the batch");

        var batch = Assert.Single(enrichment.Batches);
        Assert.Equal(("demo", "api", 4, 1, 1, 2), (batch.TenantId, batch.Source, batch.Received, batch.Duplicates, batch.Rejected, batch.Accepted));
        Assert.Equal(["evt_2025112501_abc123", "dup"], EnrichmentDouble.Open(batch, host.KeyDirectory).Select(read => read.EventId));
        Assert.Equal(-1, batch.SealedEvents.AsSpan().IndexOf("vis_anon_xyz789"u8));
    }

    [Fact]
    public async Task Delivers_once_per_request_also_when_the_consumer_has_bound_its_own_way()
    {
        await using var host = await IngestionHost.StartAsync();
        await using var enrichment = await EnrichmentDouble.StartAsync(host.Broker);
        using var demo = host.Sender();
        using var acme = host.Sender("qr_ingest_acme");

        var ids = await Task.WhenAll(Enumerable.Range(0, 60).Select(async number =>
        {
            using var answer = await (number % 3 == 0 ? acme : demo).PostAsync(ReceiveEvents.Path, Samples.Json(Samples.Event($"event{number}")));
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("batchId").GetGuid();
        }));

        await Eventually.TrueAsync(() => Task.FromResult(enrichment.Batches.Count >= 60), "all batches");
        Assert.Equal(ids.Order(), enrichment.Batches.Select(batch => batch.BatchId).Order());
        Assert.Equal(20, enrichment.Batches.Count(batch => batch.TenantId == "acme"));
    }

    [Fact]
    public async Task Fails_a_request_whose_queue_was_deleted_and_declares_it_again()
    {
        await using var host = await IngestionHost.StartAsync();
        using var client = host.Sender();
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(client));

        using var management = TestServers.ManagementClient((await TestServers.RabbitMqAsync()).Management);
        using var deleted = await management.DeleteAsync($"api/queues{host.Broker.AbsolutePath}/{Queues.EnrichmentScansReceived}");
        deleted.EnsureSuccessStatusCode();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await PostAsync(client));
        await Eventually.TrueAsync(async () => await PostAsync(client) == HttpStatusCode.Accepted, "acceptance after the queue came back");
        await using var enrichment = await EnrichmentDouble.StartAsync(host.Broker);
        await Eventually.TrueAsync(() => Task.FromResult(enrichment.Batches.Count == 1), "the batch accepted last, and only that one");
    }

    [Fact]
    public async Task Accepts_nothing_while_the_broker_is_away_and_says_so_and_heals()
    {
        var broker = await TestServers.CreateVirtualHostAsync();
        await using var relay = new TcpRelay(broker.Host, broker.Port);
        await using var host = await IngestionHost.StartAsync(relay.Through(broker));
        using var client = host.Sender();

        using (var answer = await client.PostAsync(ReceiveEvents.Path, Samples.Json(Samples.Seed)))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(2), answer.Headers.RetryAfter!.Delta);
            Assert.Equal(new MediaTypeHeaderValue("application/problem+json"), answer.Content.Headers.ContentType);
        }

        Assert.Equal(("Unhealthy", "Unhealthy", "Healthy"), await HealthAsync(client));

        relay.Open();
        await Eventually.TrueAsync(async () => await PostAsync(client) == HttpStatusCode.Accepted, "acceptance with the broker back");
        await Eventually.TrueAsync(async () => (await HealthAsync(client)).Broker == "Healthy", "health with the broker back");

        relay.Cut();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await PostAsync(client));
        relay.Open();
        await Eventually.TrueAsync(async () => await PostAsync(client) == HttpStatusCode.Accepted, "acceptance after the connection was cut");
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient client)
    {
        using var answer = await client.PostAsync(ReceiveEvents.Path, Samples.Json(Samples.Event()));
        return answer.StatusCode;
    }

    private static async Task<(string All, string Broker, string Database)> HealthAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/health");
        var report = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(answer.StatusCode == HttpStatusCode.OK, report.GetProperty("status").GetString() == "Healthy");
        var parts = report.GetProperty("parts");
        return (report.GetProperty("status").GetString()!, parts.GetProperty("rabbitmq").GetProperty("status").GetString()!, parts.GetProperty("postgres").GetProperty("status").GetString()!);
    }
}
