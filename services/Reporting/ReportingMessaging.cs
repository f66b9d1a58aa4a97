using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using QrPlatform.Contracts;
using QrPlatform.Contracts.Erasure;
using QrPlatform.ErasedPersons;
using QrPlatform.Keys;
using QrPlatform.Reporting.Erasure;
using QrPlatform.Reporting.Live;
using QrPlatform.ServiceDefaults.Messaging;

namespace QrPlatform.Reporting;

/// <summary>What the service hears over the bus, and says.</summary>
internal static class ReportingMessaging
{
    public static void AddReportingMessaging(this IHostApplicationBuilder builder)
    {
        builder.Services.AddKeyDirectory();
        builder.Services.AddSingleton<CacheErasure>();
        builder.Services.AddSingleton<ErasureAnswer>();
        builder.AddPlatformMessaging(
            bus =>
            {
                // Without the broker numbers are a second older, nothing else: the service is degraded, not down.
                bus.ConfigureHealthCheckOptions(health => health.MinimalFailureStatus = HealthStatus.Degraded);
                bus.AddConsumer<ProjectionAdvancedConsumer>().Endpoint(endpoint => endpoint.Temporary = true);
                bus.AddConsumer<EraseCacheConsumer>().Endpoint(endpoint => endpoint.Name = Queues.ReportingEraseCache);
            },
            rabbit => QuorumQueues.PublishTo<ErasureReport>(rabbit, Queues.PrivacyErasureReports));
    }
}
