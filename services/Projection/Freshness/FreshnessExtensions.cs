using QrPlatform.Projection.Advances;

namespace QrPlatform.Projection.Freshness;

internal static class FreshnessExtensions
{
    /// <summary>Adds what hears of committed pages: the notice to the bus, and how fresh the numbers are.</summary>
    public static IServiceCollection AddFreshness(this IServiceCollection services)
    {
        AddReader<AdvancePublisher>(services);
        AddReader<FreshnessRecorder>(services);
        services.AddHostedService<AdvanceListener>();
        services.AddSingleton<ProjectionLag>();
        services.AddHostedService(provider => provider.GetRequiredService<ProjectionLag>());
        services.AddHealthChecks().AddCheck<LagHealthCheck>("freshness");
        return services;
    }

    private static void AddReader<TReader>(IServiceCollection services) where TReader : BackgroundService, IAdvanceReader
    {
        services.AddSingleton<TReader>();
        services.AddSingleton<IAdvanceReader>(provider => provider.GetRequiredService<TReader>());
        services.AddHostedService(provider => provider.GetRequiredService<TReader>());
    }
}
