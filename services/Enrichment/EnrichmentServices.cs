using QrPlatform.Enrichment.Bots;
using QrPlatform.Enrichment.EventStore;
using QrPlatform.Enrichment.Pipeline;
using QrPlatform.Enrichment.Scans;
using QrPlatform.Enrichment.Sessions;
using QrPlatform.Enrichment.Subjects;
using QrPlatform.Enrichment.Tenants;
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
        return services;
    }
}
