using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace QrPlatform.ServiceDefaults.Tests;

/// <summary>What a service with the platform's defaults tells a receiver of telemetry. It stops before anything is compared: stopping sends all of it.</summary>
public sealed class TelemetryTests
{
    private static readonly ActivitySource Own = new("QrPlatform.ServiceDefaults.Tests");
    private static readonly Meter OwnMeter = new("QrPlatform.ServiceDefaults.Tests");

    [Fact]
    public async Task Requests_are_traced_with_their_route_and_status_and_with_what_they_caused()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await RunAsync(receiver, async client =>
        {
            using var found = await client.GetAsync("/things/seven-of-nine?token=not-in-a-trace");
            using var broken = await client.GetAsync("/broken");
            Assert.Equal(500, (int)broken.StatusCode);
        });

        var traces = receiver.All("traces");
        Assert.Contains("GET /things/{id}", traces, StringComparison.Ordinal);
        Assert.Contains("/things/seven-of-nine", traces, StringComparison.Ordinal);
        Assert.Contains("http.response.status_code", traces, StringComparison.Ordinal);
        Assert.Contains("looked up", traces, StringComparison.Ordinal);
        Assert.Contains("GET /broken", traces, StringComparison.Ordinal);
        Assert.Contains("error.type", traces, StringComparison.Ordinal);
        Assert.Contains("test-service", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("not-in-a-trace", traces, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probes_of_health_are_not_traced_and_neither_is_what_they_cause()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await RunAsync(receiver, async client =>
        {
            foreach (var probe in new[] { "/health", "/alive" })
            {
                using var answer = await client.GetAsync(probe);
                answer.EnsureSuccessStatusCode();
            }

            using var other = await client.GetAsync("/things/other");
        });

        var traces = receiver.All("traces");
        Assert.Contains("/things/other", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("/health", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("/alive", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("checked health", traces, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_to_other_services_are_traced()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await RunAsync(receiver, async client =>
        {
            using var traced = new HttpClient { BaseAddress = client.BaseAddress };
            using var answer = await traced.GetAsync("/things/called");
        });

        Assert.Contains("url.full", receiver.All("traces"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_of_requests_of_the_runtime_and_of_own_meters_are_sent()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await RunAsync(receiver, async client =>
        {
            using var answer = await client.GetAsync("/things/one");
        });

        var metrics = receiver.All("metrics");
        foreach (var name in new[] { "http.server.request.duration", "kestrel.active_connections", "http.client.request.duration", "dotnet.gc.collections", "things.found" })
            Assert.Contains(name, metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_are_sent_formatted()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await RunAsync(receiver, async client =>
        {
            using var answer = await client.GetAsync("/things/two");
        });

        Assert.Contains("Found thing number 2", receiver.All("logs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_receiver_nothing_is_sent_and_no_span_is_recorded()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var recorded = true;
        await RunAsync(null, async client =>
        {
            using var answer = await client.GetAsync("/recorded");
            recorded = await answer.Content.ReadAsStringAsync() == "true";
        });

        Assert.False(recorded);
        Assert.Equal(0, receiver.Count);
    }

    [Fact]
    public async Task Providers_are_there_before_any_other_hosted_service_starts_and_once_however_often_they_are_configured()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Services.AddHostedService<SpanAtStart>();
        builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(Own.Name));
        builder.Services.AddOpenTelemetry().WithTracing();
        builder.Services.AddOpenTelemetry().WithMetrics();
        await using var app = builder.Build();
        await app.StartAsync();

        Assert.NotNull(app.Services.GetServices<IHostedService>().OfType<SpanAtStart>().Single().Span);
        Assert.Single(app.Services.GetServices<TracerProvider>());
        Assert.Single(app.Services.GetServices<MeterProvider>());
        await app.StopAsync();
    }

    private static async Task RunAsync(OtlpReceiver? receiver, Func<HttpClient, Task> use)
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Configuration["OTEL_SERVICE_NAME"] = "test-service";
        if (receiver is not null)
        {
            builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Address;
            builder.Configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        }

        builder.AddServiceDefaults();
        builder.Services.AddHealthChecks().AddCheck("spans", () =>
        {
            using var span = Own.StartActivity("checked health");
            return Microsoft.Extensions.Diagnostics.HealthChecks.HealthCheckResult.Healthy();
        });
        await using var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapGet("/things/{id}", (string id, ILogger<TelemetryTests> logger) =>
        {
            using var span = Own.StartActivity("looked up");
            OwnMeter.CreateCounter<int>("things.found").Add(1);
            TestLog.Found(logger, 2);
            return id;
        });
        app.MapGet("/broken", () => Results.StatusCode(500));
        app.MapGet("/recorded", () => Activity.Current?.Recorded == true ? "true" : "false");
        await app.StartAsync();
        // It is in the same process: its own spans would name every path.
        using var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = new Uri(app.Urls.Single()) };
        await use(client);
        await app.StopAsync();
    }

    private sealed class SpanAtStart : IHostedService
    {
        public Activity? Span { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            Span = Own.StartActivity("started");
            Span?.Dispose();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

internal static partial class TestLog
{
    [LoggerMessage(1, LogLevel.Warning, "Found thing number {Number}")]
    public static partial void Found(ILogger logger, int number);
}
