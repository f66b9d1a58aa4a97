using System.Collections.Concurrent;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QrPlatform.Contracts;
using QrPlatform.Contracts.Scans;
using QrPlatform.Keys;
using QrPlatform.ServiceDefaults.Messaging;

namespace QrPlatform.Ingestion.Tests;

/// <summary>The consumer that the door publishes to: it listens as enrichment does, and answers only what a test tells it to.</summary>
internal sealed class EnrichmentDouble : IAsyncDisposable
{
    private readonly IHost _host;

    private EnrichmentDouble(IHost host) => _host = host;

    public ConcurrentQueue<ReceivedBatch> Batches { get; } = new();

    public static async Task<EnrichmentDouble> StartAsync(Uri broker)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Configuration["ConnectionStrings:rabbitmq"] = broker.ToString();
        builder.Services.AddSingleton<Inbox>();
        builder.AddPlatformMessaging(
            bus => bus.AddConsumer<Inbox.Consumer>().Endpoint(endpoint => endpoint.Name = Queues.EnrichmentScansReceived),
            rabbit => QuorumQueues.PublishTo<ScansProcessed>(rabbit, Queues.IngestionScansProcessed));
        var host = builder.Build();
        var enrichment = new EnrichmentDouble(host);
        host.Services.GetRequiredService<Inbox>().Owner = enrichment;
        await host.StartAsync();
        return enrichment;
    }

    public Task AnswerAsync(params ProcessedBatch[] batches) =>
        _host.Services.GetRequiredService<IBus>().Publish(new ScansProcessed { Batches = batches });

    public static ProcessedBatch AllStored(ReceivedBatch batch) => new()
    {
        BatchId = batch.BatchId,
        TenantId = batch.TenantId,
        Source = batch.Source,
        ReceivedAt = batch.ReceivedAt,
        Received = batch.Received,
        Rejected = batch.Rejected,
        Stored = batch.Accepted,
        Duplicate = batch.Duplicates,
        Bot = 0,
        ConsentDenied = 0,
        Suppressed = 0,
        Quarantined = 0,
        Quarantine = [],
    };

    /// <summary>Opens a batch as enrichment does.</summary>
    public static List<ScanEvent> Open(ReceivedBatch batch, string keyDirectory)
    {
        var key = File.ReadAllBytes(Path.Combine(keyDirectory, KeyPurposes.Transit, batch.TransitKeyId + ".key"));
        return JsonSerializer.Deserialize(SealedBox.Open(key, batch.SealedEvents, batch.BatchId.ToByteArray(bigEndian: true)), ScanEventJson.Default.ListScanEvent)!;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    internal sealed class Inbox
    {
        public EnrichmentDouble? Owner { get; set; }

        internal sealed class Consumer(Inbox inbox) : IConsumer<ScansReceived>
        {
            public Task Consume(ConsumeContext<ScansReceived> context)
            {
                foreach (var batch in context.Message.Batches) inbox.Owner!.Batches.Enqueue(batch);
                return Task.CompletedTask;
            }
        }
    }
}
