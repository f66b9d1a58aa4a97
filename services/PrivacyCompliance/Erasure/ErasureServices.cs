using QrPlatform.Contracts;
using QrPlatform.Contracts.Erasure;
using QrPlatform.ErasedPersons;
using QrPlatform.ServiceDefaults.Messaging;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.PrivacyCompliance.Erasure;

internal static class ErasureServices
{
    private static readonly string[] DemoTenants = ["demo", "acme"];

    /// <summary>Adds what carries erasures out.</summary>
    public static void AddErasure(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ErasureOptions>()
            .BindConfiguration("Erasure")
            .Validate(options => options.AskAgainAfter > TimeSpan.Zero && options.LookEvery > TimeSpan.Zero, "Erasure:AskAgainAfter and Erasure:LookEvery must be positive.")
            .ValidateOnStart();
        if (DemoIdentities.AreEnabled(builder.Configuration, builder.Environment))
        {
            builder.Services.Configure<ErasureOptions>(options =>
            {
                foreach (var tenant in DemoTenants) options.ApproveThemselves.Add(tenant);
            });
        }

        builder.Services.AddSingleton<SchemaSearch>();
        builder.Services.AddSingleton<SelfApproval>();
        builder.Services.AddSingleton<SubjectErasure>();
        builder.Services.AddSingleton<LogSearch>();
        builder.Services.AddSingleton<ErasureCases>();
        builder.Services.AddSingleton<ErasureProcess>();
        builder.Services.AddSingleton<ErasureWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ErasureWorker>());
        builder.AddPlatformMessaging(
            bus => bus.AddConsumer<ErasureReportConsumer>().Endpoint(endpoint => endpoint.Name = Queues.PrivacyErasureReports),
            rabbit =>
            {
                QuorumQueues.PublishTo<EraseEvents>(rabbit, Queues.EnrichmentEraseEvents);
                QuorumQueues.PublishTo<EraseQuarantine>(rabbit, Queues.IngestionEraseQuarantine);
                QuorumQueues.PublishTo<EraseReadModels>(rabbit, Queues.ProjectionEraseReadModels);
                QuorumQueues.PublishTo<EraseCache>(rabbit, Queues.ReportingEraseCache);
            });
    }
}
