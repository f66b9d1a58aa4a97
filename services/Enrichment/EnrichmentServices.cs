using JasperFx.Events.Projections;
using Marten;
using QrPlatform.Enrichment.Bots;
using QrPlatform.Enrichment.Campaigns;
using QrPlatform.Enrichment.Erasure;
using QrPlatform.Enrichment.EventStore;
using QrPlatform.Enrichment.Managing;
using QrPlatform.Enrichment.Pipeline;
using QrPlatform.Enrichment.Placements;
using QrPlatform.Enrichment.QrCodes;
using QrPlatform.Enrichment.Scans;
using QrPlatform.Enrichment.Sessions;
using QrPlatform.Enrichment.Subjects;
using QrPlatform.Enrichment.Tenants;
using QrPlatform.ErasedPersons;
using QrPlatform.Events;
using QrPlatform.Notices;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Enrichment;

internal static class EnrichmentServices
{
    /// <summary>Adds what processes scans.</summary>
    public static IServiceCollection AddEnrichment(this IServiceCollection services)
    {
        services.AddHttpClient(SubjectClient.Service).AddHttpMessageHandler<ServiceKeyHandler>();
        services.AddSingleton<SubjectClient>();
        services.AddSingleton<SubjectResolver>();
        services.AddSingleton<SessionStreams>();
        services.AddSingleton<TenantDirectory>();
        services.AddSingleton<BotList>();
        services.AddSingleton<EnrichmentPipeline>();
        services.AddSingleton<BatchReader>();
        services.AddSingleton<StoredForm>();
        services.AddSingleton<UnstoredIds>();
        services.AddSingleton<ProcessedBatches>();
        services.AddSingleton<IScanEventAppender, ScanEventAppender>();
        services.AddSingleton<ProcessScans>();
        services.AddSingleton<ErasureFence>();
        services.AddSingleton<PersonEvents>();
        services.AddSingleton<UnprocessedCopies>();
        services.AddSingleton<EventStoreErasure>();
        services.AddSingleton<EventStoreVerification>();
        services.AddSingleton<SchemaSearch>();
        services.AddSingleton<ErasureAnswer>();
        return services;
    }

    /// <summary>Adds what decides commands about campaigns, codes and placements.</summary>
    public static IServiceCollection AddCommands(this IServiceCollection services)
    {
        services.AddSingleton<ManagedItems>();
        services.AddNotices(StoredEvents.Schema);
        services.AddSingleton<TimeZoneNames>();
        services.AddSingleton<ManagedStreams>();
        return services;
    }

    /// <summary>The event store with the states that commands are decided on.</summary>
    public static void ConfigureStore(StoreOptions options)
    {
        EventStoreConfiguration.Configure(options);
        options.Projections.Add<ManagedProjection<Campaigns.Campaign>>(ProjectionLifecycle.Live);
        options.Projections.Add<ManagedProjection<QrCode>>(ProjectionLifecycle.Live);
        options.Projections.Add<ManagedProjection<Placement>>(ProjectionLifecycle.Live);
    }

    /// <summary>Maps the commands and what reads their results.</summary>
    public static void MapCommands(this IEndpointRouteBuilder routes)
    {
        ManageCampaigns.Map(routes);
        ManageQrCodes.Map(routes);
        ManagePlacements.Map(routes);
    }
}
