using Marten;
using QrPlatform.Alerting.Delivery;
using QrPlatform.Alerting.Evaluation;
using QrPlatform.Alerting.Incidents;
using QrPlatform.Alerting.Rules;
using QrPlatform.Keys;
using QrPlatform.Notices;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Alerting;

/// <summary>The service as a whole, for <c>Program</c> and for tests.</summary>
internal static class AlertingApplication
{
    private static readonly string[] Addresses = ["public", "loopback", "any"];

    public static WebApplication Build(WebApplicationOptions application)
    {
        var builder = WebApplication.CreateBuilder(application);
        builder.AddServiceDefaults();
        builder.AddPlatformDatabase();
        builder.AddMigrations(IncidentStore.Schema, typeof(AlertingApplication).Assembly);
        builder.AddPlatformAuthentication();
        builder.Services.AddKeyDirectory();
        builder.Services.AddMarten(IncidentStore.Configure).UseLightweightSessions().UseNpgsqlDataSource().ApplyAllDatabaseChangesOnStartup();
        builder.Services.AddOptions<AlertingOptions>()
            .BindConfiguration("Alerting")
            .Validate(options => options.MostIntervalsBehind > 0 && options.Delivery.MostAttempts > 0, "Alerting: limits must be positive.")
            .Validate(options => options.Delivery.WebhookAddresses is not { } stated || Addresses.Contains(stated), "Alerting:Delivery:WebhookAddresses must be public, loopback or any.")
            .ValidateOnStart();
        builder.Services.AddHttpClient(MeasureClient.Service).AddHttpMessageHandler<ServiceKeyHandler>();
        builder.Services.AddNotices(IncidentStore.Schema);
        AddParts(builder.Services);

        var app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapDefaultEndpoints();
        ManageRules.Map(app);
        ShowIncidents.Map(app);
        return app;
    }

    private static void AddParts(IServiceCollection services)
    {
        services.AddSingleton<RuleStore>();
        services.AddSingleton<ManageRules>();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<MeasureClient>();
        services.AddSingleton<EvaluationLog>();
        services.AddSingleton<IncidentList>();
        services.AddSingleton<IncidentWriter>();
        services.AddSingleton<ShowIncidents>();
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<EmailSender>();
        services.AddSingleton<WebhookSender>();
        services.AddHostedService<Evaluator>();
        services.AddHostedService<DeliveryWorker>();
    }
}
