using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using QrPlatform.Contracts;
using QrPlatform.Contracts.Erasure;
using QrPlatform.ErasedPersons;
using QrPlatform.Events;
using QrPlatform.Keys;
using QrPlatform.Projection.Access;
using QrPlatform.Projection.Erasure;
using QrPlatform.Projection.Freshness;
using QrPlatform.Projection.Scans;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Messaging;
using QrPlatform.ServiceDefaults.Security;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddPlatformDatabase();
builder.AddPlatformMessaging(
    bus => bus.AddConsumer<EraseReadModelsConsumer>().Endpoint(endpoint => endpoint.Name = Queues.ProjectionEraseReadModels),
    rabbit => QuorumQueues.PublishTo<ErasureReport>(rabbit, Queues.PrivacyErasureReports));
builder.Services.AddKeyDirectory();
builder.Services.AddSingleton<ReadModelErasure>();
builder.Services.AddSingleton<SchemaSearch>();
builder.Services.AddSingleton<ErasureAnswer>();
builder.AddMigrations("projection", typeof(ScanProjection).Assembly);
if (DemoIdentities.AreEnabled(builder.Configuration, builder.Environment))
    builder.Services.AddHostedService<DemoAccess>();

builder.Services
    .AddMarten(options =>
    {
        options.Connection(builder.Configuration.GetConnectionString(DatabaseExtensions.DatabaseName)!);
        EventStoreConfiguration.Configure(options);
        options.Projections.Add(new ScanProjection(), ProjectionLifecycle.Async, ScanProjection.Name);
    })
    .ApplyAllDatabaseChangesOnStartup()
    .AddAsyncDaemon(DaemonMode.HotCold);
builder.Services.AddFreshness();

var app = builder.Build();
app.UseExceptionHandler();
app.MapDefaultEndpoints();
await app.RunAsync();

/// <summary>The projection service; named for test hosts.</summary>
public partial class Program;
