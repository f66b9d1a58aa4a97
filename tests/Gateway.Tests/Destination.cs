using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace QrPlatform.Gateway.Tests;

/// <summary>A service as the gateway sees it: tells what reached it, and how it says it is.</summary>
internal sealed class Destination : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private Destination(string name, WebApplication app) => (Name, _app) = (name, app);

    public string Name { get; }

    public string Address => _app.Urls.Single();

    /// <summary>Requests so far, those of <c>/health</c> not counted.</summary>
    public int Requests => _requests;

    /// <summary>What <c>/health</c> answers.</summary>
    public string Health { get; set; } = """{"status":"Healthy","parts":{}}""";

    /// <summary>What a path does instead of telling what reached it.</summary>
    public Dictionary<string, RequestDelegate> Paths { get; } = new(StringComparer.Ordinal);

    public static async Task<Destination> StartAsync(string name, long? largestBody = null, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = largestBody);
        var app = builder.Build();
        var destination = new Destination(name, app);
        app.Run(destination.AnswerAsync);
        await app.StartAsync();
        return destination;
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/health")
        {
            context.Response.StatusCode = JsonDocument.Parse(Health).RootElement.GetProperty("status").GetString() == "Unhealthy" ? 503 : 200;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(Health, context.RequestAborted);
            return;
        }

        Interlocked.Increment(ref _requests);
        if (Paths.TryGetValue(context.Request.Path, out var special))
        {
            await special(context);
            return;
        }

        long bytes = 0;
        var buffer = new byte[64 * 1024];
        for (int read; (read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0;) bytes += read;

        context.Response.Headers.Server = "something";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["X-Reached"] = Name;
        await context.Response.WriteAsJsonAsync(
            new Reached(
                Name,
                context.Request.Method,
                context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
                bytes,
                context.Request.Headers.ToDictionary(header => header.Key.ToLower(CultureInfo.InvariantCulture), header => header.Value.ToString())),
            context.RequestAborted);
    }
}

/// <summary>What reached a destination.</summary>
internal sealed record Reached(string Service, string Method, string Target, long Bytes, Dictionary<string, string> Headers);
