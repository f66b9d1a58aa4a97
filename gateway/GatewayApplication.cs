using QrPlatform.Gateway.Health;
using QrPlatform.Gateway.Identity;
using QrPlatform.Gateway.Proxy;
using QrPlatform.Gateway.Web;
using QrPlatform.ServiceDefaults.Database;
using StackExchange.Redis;

namespace QrPlatform.Gateway;

/// <summary>Puts the gateway together, for the program and for tests alike.</summary>
internal static class GatewayApplication
{
    /// <summary>The gateway, ready to run; or null where the configuration forbids it, which one line to <paramref name="errors"/> explains.</summary>
    public static WebApplication? TryBuild(WebApplicationOptions options, TextWriter errors)
    {
        var builder = WebApplication.CreateBuilder(options);
        if (DemoIdentities.Refusal(builder.Environment, builder.Configuration) is { } refusal)
        {
            errors.WriteLine(refusal);
            return null;
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // What a service takes is its own decision, and imports have no size: the gateway forwards as it reads.
            kestrel.Limits.MaxRequestBodySize = null;
        });
        builder.AddServiceDefaults();
        builder.AddPlatformDatabase(maxPoolSize: 10);
        builder.AddRedisClient("redis", settings => settings.DisableHealthChecks = true, redis => redis.ReconnectRetryPolicy = new LinearRetry(500));
        builder.AddIdentity();
        builder.AddHealthMonitor();
        builder.AddForwarding();
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = false);

        var app = builder.Build();
        app.UseSecurityHeaders();
        app.UseExceptionHandler();
        app.UseProblemsForEmptyErrors();
        app.UsePathGuard();
        app.UseRouting();
        app.UseWebApplicationFiles();
        app.UseAuthentication();
        app.UseTokenVersionCheck();
        app.UseAuthorization();

        app.MapHealth();
        app.MapIdentity();
        app.MapForwarding();
        return app;
    }
}
