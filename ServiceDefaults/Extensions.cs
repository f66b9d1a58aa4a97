using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using QrPlatform.ServiceDefaults.Health;
using QrPlatform.ServiceDefaults.Http;
using QrPlatform.ServiceDefaults.Security;
using QrPlatform.ServiceDefaults.Telemetry;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service shares in hosting: telemetry, health, service discovery, resilience, problem details.</summary>
public static class Extensions
{
    /// <summary>Adds OpenTelemetry, health checks, service discovery and resilience for HTTP clients, RFC 9457 errors, and the clock.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.ConfigureOpenTelemetry();
        builder.AddDefaultHealthChecks();

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddTransient<ServiceDiscoveryHandler>();
        builder.Services.AddTransient<ResilienceHandler>();
        builder.Services.AddTransient<ServiceKeyHandler>();
        builder.Services.ConfigureHttpClientDefaults(http => http
            .AddHttpMessageHandler<ResilienceHandler>()
            .AddHttpMessageHandler<ServiceDiscoveryHandler>());

        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<UnhandledExceptionHandler>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(8));
        return builder;
    }

    /// <summary>
    /// Maps <c>/health</c> (every check, as JSON; 503 when one is unhealthy), <c>/alive</c> (the process answers) and <c>/internal/v1/routes</c> (what
    /// it answers; for holders of the service key).
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        HealthEndpoints.Map(app);
        RouteList.Map(app);
        return app;
    }
}
