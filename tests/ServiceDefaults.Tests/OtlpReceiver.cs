using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace QrPlatform.ServiceDefaults.Tests;

/// <summary>Takes what a service sends by OTLP over HTTP, and keeps it as the bytes that came: every string of a message stands in them as it is.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Path, string Body)> _messages = new();
    private readonly WebApplication _app;

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapPost("/v1/{kind}", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await using var content = context.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body;
            await content.CopyToAsync(body, context.RequestAborted);
            _messages.Enqueue((context.Request.Path, Encoding.UTF8.GetString(body.ToArray())));
            return Results.Bytes([], "application/x-protobuf");
        });
    }

    public string Address => _app.Urls.Single();

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Everything of one kind (<c>traces</c>, <c>metrics</c>, <c>logs</c>) so far.</summary>
    public string All(string kind) => string.Concat(_messages.Where(message => message.Path == $"/v1/{kind}").Select(message => message.Body));

    public int Count => _messages.Count;

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
