using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using QrPlatform.ServiceDefaults.Health;

namespace QrPlatform.ServiceDefaults.Telemetry;

/// <summary>OpenTelemetry of every service: logs, metrics and traces.</summary>
public static class OpenTelemetryExtensions
{
    /// <summary>Sources and meters of the platform's own code start with this.</summary>
    public const string OwnPrefix = "QrPlatform.";

    // Libraries that bring their own.
    private static readonly string[] Sources = ["Npgsql", "MassTransit", "Yarp.ReverseProxy", OwnPrefix + "*"];
    private static readonly string[] Meters = ["Npgsql", "MassTransit", OwnPrefix + "*"];

    /// <summary>
    /// Adds traces, metrics and logs. They leave by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, and nowhere else; probes of
    /// <c>/health</c> and <c>/alive</c>, and what they cause, are not traced.
    /// </summary>
    public static TBuilder ConfigureOpenTelemetry<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        var export = !string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(builder.Configuration["OTEL_SERVICE_NAME"] ?? builder.Environment.ApplicationName))
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter(Meters))
            .WithTracing(tracing =>
            {
                tracing
                    .AddAspNetCoreInstrumentation(requests => requests.Filter = context => !IsProbe(context.Request.Path))
                    .AddHttpClientInstrumentation()
                    .AddSource(Sources);
                // Without a receiver nobody reads spans: sampling them away keeps their cost off the hot path.
                if (!export) tracing.SetSampler(new AlwaysOffSampler());
            });

        if (export)
        {
            builder.Logging.AddOpenTelemetry(logging =>
            {
                logging.IncludeFormattedMessage = true;
                logging.IncludeScopes = true;
            });
            telemetry.UseOtlpExporter();
        }

        return builder;
    }

    private static bool IsProbe(PathString path) => path.StartsWithSegments(HealthEndpoints.HealthPath) || path.StartsWithSegments(HealthEndpoints.AlivePath);
}
