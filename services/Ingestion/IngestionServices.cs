using Microsoft.AspNetCore.Authentication.JwtBearer;
using QrPlatform.Contracts;
using QrPlatform.Contracts.Erasure;
using QrPlatform.Contracts.Scans;
using QrPlatform.ErasedPersons;
using QrPlatform.Ingestion.Dispatch;
using QrPlatform.Ingestion.Erasure;
using QrPlatform.Ingestion.Keys;
using QrPlatform.Ingestion.Ledger;
using QrPlatform.Ingestion.Quarantine;
using QrPlatform.Ingestion.Receiving;
using QrPlatform.ServiceDefaults.Messaging;

namespace QrPlatform.Ingestion;

/// <summary>The door's parts.</summary>
internal static class IngestionServices
{
    /// <summary>Queues that the door publishes to and listens on.</summary>
    public static void AddIngestionMessaging(this IHostApplicationBuilder builder) => builder.AddPlatformMessaging(
        bus =>
        {
            bus.AddConsumer<ScansProcessedConsumer>().Endpoint(endpoint => endpoint.Name = Queues.IngestionScansProcessed);
            bus.AddConsumer<EventsRejectedConsumer>().Endpoint(endpoint => endpoint.Name = EventsRejected.Queue);
            bus.AddConsumer<EraseQuarantineConsumer>().Endpoint(endpoint => endpoint.Name = Queues.IngestionEraseQuarantine);
        },
        rabbit =>
        {
            QuorumQueues.PublishTo<ScansReceived>(rabbit, Queues.EnrichmentScansReceived);
            QuorumQueues.PublishTo<EventsRejected>(rabbit, EventsRejected.Queue);
            QuorumQueues.PublishTo<ErasureReport>(rabbit, Queues.PrivacyErasureReports);
        });

    /// <summary>Receiving, dispatch, ledger and quarantine. Hosted services stop in reverse order: the dispatcher before the receipts that it notes.</summary>
    public static void AddDoor(this IHostApplicationBuilder builder)
    {
        DemoOptions.Add(builder);
        builder.Services.AddOptions<QuotaOptions>()
            .BindConfiguration("Ingestion:Quota")
            .Validate(quota => quota is { RequestsPerSecond: > 0, Burst: > 0 }, "Ingestion:Quota must be positive.")
            .ValidateOnStart();

        builder.Services.AddSingleton<IngestKeyring>();
        builder.Services.AddHostedService<IngestKeyRefresh>();
        builder.Services.AddSingleton<QuarantineStore>();
        builder.Services.AddSingleton<ErasedPersonsList>();
        builder.Services.AddSingleton<QuarantineErasure>();
        builder.Services.AddSingleton<SchemaSearch>();
        builder.Services.AddSingleton<ErasureAnswer>();
        builder.Services.AddSingleton<ReceiptWriter>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ReceiptWriter>());
        builder.Services.AddSingleton<ScanDispatcher>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ScanDispatcher>());
        builder.Services.AddSingleton<BatchSealer>();
        builder.Services.AddSingleton<TenantQuota>();
        builder.Services.AddSingleton<ReceiveEvents>();

        // Ingest keys travel as bearer tokens too: the door's own route must not ask the gateway's key set about them.
        builder.Services.PostConfigure<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme, options =>
            options.Events = new JwtBearerEvents
            {
                OnMessageReceived = context =>
                {
                    if (context.Request.Path.StartsWithSegments(ReceiveEvents.Path, StringComparison.Ordinal)) context.NoResult();
                    return Task.CompletedTask;
                },
            });
    }
}
