using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Net.Http.Headers;

namespace QrPlatform.Gateway.Health;

/// <summary><c>GET /health</c> for the whole platform, <c>GET /alive</c> for this process.</summary>
internal static class HealthExtensions
{
    private static readonly string[] Services = ["ingestion", "enrichment", "projection", "alerting", "privacy-compliance", "reporting"];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public static void AddHealthMonitor(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Part, PostgresPart>();
        builder.Services.AddSingleton<Part, RabbitMqPart>();
        builder.Services.AddSingleton<Part, RedisPart>();
        builder.Services.AddSingleton<Part, GatewayPart>();

        // A client of its own: retries would hide what is looked for.
        var http = new HttpMessageInvoker(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), UseProxy = false, ActivityHeadersPropagator = null });
        foreach (var service in Services)
            builder.Services.AddSingleton<Part>(provider => new ServicePart(service, provider.GetRequiredService<IConfiguration>(), http));

        builder.Services.AddSingleton<HealthMonitor>();
        builder.Services.AddHostedService(services => services.GetRequiredService<HealthMonitor>());
    }

    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/alive", (HttpContext context) =>
        {
            context.Response.Headers[HeaderNames.CacheControl] = "no-store";
            return TypedResults.Json(new { Status = HealthStatus.Healthy }, Json);
        }).AllowAnonymous();
        app.MapGet("/health", (HttpContext context, HealthMonitor monitor) =>
        {
            var health = monitor.Current;
            context.Response.Headers[HeaderNames.CacheControl] = "no-store";
            return TypedResults.Json(
                health, Json, statusCode: health.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
        }).AllowAnonymous();
    }
}
