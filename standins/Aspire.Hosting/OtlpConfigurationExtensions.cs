using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>How telemetry is sent.</summary>
public enum OtlpProtocol
{
    /// <summary>gRPC.</summary>
    Grpc,

    /// <summary>Protobuf over HTTP.</summary>
    HttpProtobuf,

    /// <summary>JSON over HTTP.</summary>
    HttpJson,
}

/// <summary>Tells processes where telemetry goes.</summary>
public static class OtlpConfigurationExtensions
{
    /// <summary>Names the process in its telemetry, and tells it where that goes when an endpoint is configured.</summary>
    public static IResourceBuilder<T> WithOtlpExporter<T>(this IResourceBuilder<T> builder) where T : IResourceWithEnvironment =>
        Export(builder, null);

    /// <summary>Names the process in its telemetry, and tells it where that goes when an endpoint is configured.</summary>
    public static IResourceBuilder<T> WithOtlpExporter<T>(this IResourceBuilder<T> builder, OtlpProtocol protocol)
        where T : IResourceWithEnvironment => Export(builder, protocol);

    private static IResourceBuilder<T> Export<T>(IResourceBuilder<T> builder, OtlpProtocol? asked) where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        var configuration = builder.ApplicationBuilder.Configuration;
        var isDevelopment = builder.ApplicationBuilder.Environment.IsDevelopment();
        return builder.WithEnvironment(context =>
        {
            var variables = context.EnvironmentVariables;
            variables["OTEL_SERVICE_NAME"] = context.Resource.Name;
            variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={Guid.NewGuid().ToString("N")[..8]}";
            if (Endpoint(configuration, asked) is not var (url, protocol))
                return;
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = url;
            variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol;
            if (configuration["AppHost:OtlpApiKey"] is { } key)
                variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={key}";
            if (!isDevelopment)
                return;
            foreach (var delay in new[] { "OTEL_BLRP_SCHEDULE_DELAY", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_METRIC_EXPORT_INTERVAL" })
                variables[delay] = "1000";
            variables["OTEL_TRACES_SAMPLER"] = "always_on";
            variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
        });
    }

    private static (string Url, string Protocol)? Endpoint(IConfiguration configuration, OtlpProtocol? asked)
    {
        var grpc = configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] ?? configuration["DOTNET_DASHBOARD_OTLP_ENDPOINT_URL"];
        var http = configuration["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] ?? configuration["DOTNET_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"];
        if (grpc is not null && asked is null or OtlpProtocol.Grpc)
            return grpc is null ? null : (grpc, "grpc");
        return http is null ? null : (http, asked == OtlpProtocol.HttpJson ? "http/json" : "http/protobuf");
    }
}
