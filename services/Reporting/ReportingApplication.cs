using Microsoft.Extensions.Diagnostics.HealthChecks;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Catalogue;
using QrPlatform.Reporting.Exports;
using QrPlatform.Reporting.Live;
using QrPlatform.Reporting.Measurements;
using QrPlatform.Reporting.Published;
using QrPlatform.Reporting.Query;
using QrPlatform.Reporting.Query.Visitors;
using QrPlatform.Reporting.Scans;
using QrPlatform.Reporting.Tenants;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting;

/// <summary>The service as a whole, for <c>Program</c> and for tests.</summary>
internal static class ReportingApplication
{
    public static WebApplication Build(WebApplicationOptions options)
    {
        var builder = WebApplication.CreateBuilder(options);
        builder.AddServiceDefaults();
        builder.AddPlatformDatabase();
        builder.AddPlatformAuthentication();

        // The cache saves work and nothing depends on it: without Redis the service is degraded, not down.
        builder.AddRedisClient("redis", settings => settings.DisableHealthChecks = true, redis => redis.ConnectTimeout = 2_000);
        builder.Services.AddHealthChecks().AddCheck<RedisHealthCheck>("redis", HealthStatus.Degraded, ["ready"], TimeSpan.FromSeconds(2));
        builder.Services.AddSingleton<AnswerCache>();
        builder.Services.AddSingleton<TimeZoneNames>();
        builder.Services.AddSingleton<QuarterHours>();
        builder.Services.AddSingleton<VisitorScans>();
        builder.Services.AddHostedService(services => services.GetRequiredService<VisitorScans>());
        builder.Services.AddSingleton<QueryPlanner>();
        builder.Services.AddSingleton<QueryAnswer>();
        builder.AddLive();
        builder.Services.AddSingleton<PublishedFigures>();
        builder.Services.AddSingleton<FigurePublisher>();
        builder.Services.AddHostedService(services => services.GetRequiredService<FigurePublisher>());
        builder.AddReportingMessaging();
        builder.AddExports();

        var app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapDefaultEndpoints();
        RunQuery.Map(app);
        ListScans.Map(app);
        GetCatalogue.Map(app);
        GetLive.Map(app);
        GetTenant.Map(app);
        app.MapExports();
        Measure.Map(app);
        return app;
    }
}
