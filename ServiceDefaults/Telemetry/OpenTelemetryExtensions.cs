using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace QrPlatform.ServiceDefaults.Telemetry;

/// <summary>
/// OpenTelemetry from the SDK itself: .NET 10, Npgsql, MassTransit and YARP bring their own sources and meters, so that no
/// instrumentation package is needed.
/// </summary>
public static class OpenTelemetryExtensions
{
    /// <summary>Sources and meters of the platform's own code start with this.</summary>
    public const string OwnPrefix = "QrPlatform.";

    private static readonly string[] Sources =
        ["Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "MassTransit", "Yarp.ReverseProxy", OwnPrefix + "*"];

    private static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "Npgsql", "MassTransit",
        "System.Runtime", OwnPrefix + "*",
    ];

    /// <summary>Adds traces, metrics and logs; they leave by OTLP only where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
    public static TBuilder ConfigureOpenTelemetry<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        var export = !string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var resource = ResourceBuilder.CreateDefault().AddService(builder.Configuration["OTEL_SERVICE_NAME"] ?? builder.Environment.ApplicationName);

        if (export)
        {
            builder.Logging.AddOpenTelemetry(logging =>
            {
                logging.IncludeFormattedMessage = true;
                logging.IncludeScopes = true;
                logging.SetResourceBuilder(resource).AddOtlpExporter();
            });
        }

        var traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Sources).AddProcessor(new HealthProbeFilter());
        var metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Meters);
        if (export)
        {
            traces.AddOtlpExporter();
            metrics.AddOtlpExporter();
        }

        // Without a receiver nobody reads spans: sampling them away keeps their cost off the hot path.
        else traces.SetSampler(new AlwaysOffSampler());

        builder.Services.AddSingleton<TracerProvider>(_ => traces.Build());
        builder.Services.AddSingleton<MeterProvider>(_ => metrics.Build());
        builder.Services.AddHostedService<TelemetryLifetime>();
        return builder;
    }

    // Providers start with the host and are flushed by the container's disposal.
    private sealed class TelemetryLifetime(TracerProvider tracer, MeterProvider meter) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(tracer);
            ArgumentNullException.ThrowIfNull(meter);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
