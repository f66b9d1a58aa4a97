using Marten;
using QrPlatform.Contracts;
using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment;
using QrPlatform.Enrichment.Scans;
using QrPlatform.Events;
using QrPlatform.Keys;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddPlatformDatabase();
builder.AddMigrations(StoredEvents.Schema, typeof(ProcessScans).Assembly);
builder.Services.AddKeyDirectory();

// Before the bus: hosted services start in order, and the first message needs the store's tables.
builder.Services.AddMarten(EventStoreConfiguration.Configure).UseLightweightSessions().UseNpgsqlDataSource().ApplyAllDatabaseChangesOnStartup();
builder.Services.AddEnrichment();
builder.AddPlatformMessaging(
    bus => bus.AddConsumer<ScansReceivedConsumer>().Endpoint(endpoint => endpoint.Name = Queues.EnrichmentScansReceived),
    rabbit => QuorumQueues.PublishTo<ScansProcessed>(rabbit, Queues.IngestionScansProcessed));

var app = builder.Build();
app.UseExceptionHandler();
app.MapDefaultEndpoints();
await app.RunAsync();
