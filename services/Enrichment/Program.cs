using Marten;
using QrPlatform.Contracts;
using QrPlatform.Contracts.Erasure;
using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment;
using QrPlatform.Enrichment.Erasure;
using QrPlatform.Enrichment.Scans;
using QrPlatform.Events;
using QrPlatform.Keys;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Messaging;
using QrPlatform.ServiceDefaults.Security;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddPlatformDatabase();
builder.AddMigrations(StoredEvents.Schema, typeof(ProcessScans).Assembly);
builder.AddPlatformAuthentication();
builder.Services.AddKeyDirectory();

// Before the bus: hosted services start in order, and the first message needs the store's tables.
builder.Services.AddMarten(EnrichmentServices.ConfigureStore).UseLightweightSessions().UseNpgsqlDataSource().ApplyAllDatabaseChangesOnStartup();
builder.Services.AddEnrichment();
builder.Services.AddCommands();
builder.AddPlatformMessaging(
    bus =>
    {
        bus.AddConsumer<ScansReceivedConsumer>().Endpoint(endpoint => endpoint.Name = Queues.EnrichmentScansReceived);
        bus.AddConsumer<EraseEventsConsumer>().Endpoint(endpoint => endpoint.Name = Queues.EnrichmentEraseEvents);
    },
    rabbit =>
    {
        QuorumQueues.PublishTo<ScansProcessed>(rabbit, Queues.IngestionScansProcessed);
        QuorumQueues.PublishTo<ErasureReport>(rabbit, Queues.PrivacyErasureReports);
    });

var app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.UseAuthentication();
app.UseAuthorization();
app.MapDefaultEndpoints();
app.MapCommands();
await app.RunAsync();
