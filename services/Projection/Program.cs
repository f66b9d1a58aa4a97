using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Npgsql;
using QrPlatform.Contracts;
using QrPlatform.Contracts.Erasure;
using QrPlatform.ErasedPersons;
using QrPlatform.Events;
using QrPlatform.Keys;
using QrPlatform.Notices;
using QrPlatform.Projection.Access;
using QrPlatform.Projection.Catalogue;
using QrPlatform.Projection.Erasure;
using QrPlatform.Projection.Freshness;
using QrPlatform.Projection.Rebuilds;
using QrPlatform.Projection.Rollups;
using QrPlatform.Projection.Scans;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Messaging;
using QrPlatform.ServiceDefaults.Security;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddPlatformDatabase();
builder.AddPlatformAuthentication();
builder.AddPlatformMessaging(
    bus => bus.AddConsumer<EraseReadModelsConsumer>().Endpoint(endpoint => endpoint.Name = Queues.ProjectionEraseReadModels),
    rabbit => QuorumQueues.PublishTo<ErasureReport>(rabbit, Queues.PrivacyErasureReports));
builder.Services.AddKeyDirectory();
builder.Services.AddSingleton<ReadModelErasure>();
builder.Services.AddSingleton<SchemaSearch>();
builder.Services.AddSingleton<ErasureAnswer>();
builder.AddMigrations("projection", typeof(ScanProjection).Assembly);
builder.Services.AddHostedService<ViewCommentsService>();
if (DemoIdentities.AreEnabled(builder.Configuration, builder.Environment))
    builder.Services.AddHostedService<DemoAccess>();

builder.Services
    .AddMarten(options =>
    {
        options.Connection(StoreConnection.Of(builder.Configuration));
        EventStoreConfiguration.Configure(options);
        // Larger pages than Marten's 500: a page's steps cost nearly the same whatever its size, which counts when there is much to do.
        options.Projections.Add(new ScanProjection(), ProjectionLifecycle.Async, ScanProjection.Name, page => page.BatchSize = 2_000);
    })
    .ApplyAllDatabaseChangesOnStartup()
    .AddAsyncDaemon(DaemonMode.HotCold);
builder.Services.AddFreshness();
builder.Services.AddSingleton<BiLogins>();
builder.Services.AddHostedService<OverstayingSessions>();
builder.Services.AddNotices("projection");
builder.Services.AddSingleton<RebuildList>();
builder.Services.AddSingleton(services => new Rebuilder(
    services.GetRequiredService<NpgsqlDataSource>(),
    connections: Math.Max(1, builder.Configuration.GetValue("Projection:RebuildConnections", Rebuilder.UsualConnections))));
builder.Services.AddSingleton<RebuildWorker>();
builder.Services.AddHostedService(services => services.GetRequiredService<RebuildWorker>());
builder.Services.AddHostedService<MonthSums>();

var app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.UseAuthentication();
app.UseAuthorization();
app.MapDefaultEndpoints();
RebuildRequests.Map(app);
ManageBiLogins.Map(app);
TakeUserGrants.Map(app);
await app.RunAsync();

/// <summary>The projection service; named for test hosts.</summary>
public partial class Program;
