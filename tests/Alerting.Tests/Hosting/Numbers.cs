using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace QrPlatform.Alerting.Tests.Hosting;

/// <summary>Stands where reporting stands: answers measurements with what the test says. The real one is met by the end-to-end test.</summary>
internal sealed class Numbers : IAsyncDisposable
{
    public const string Key = "the-key-of-the-services";

    private readonly WebApplication _app;

    private Numbers(WebApplication app) => _app = app;

    /// <summary>Values by the interval's start; others are <see cref="Otherwise"/>.</summary>
    public ConcurrentDictionary<DateTimeOffset, (decimal? Value, long? Scans)> Values { get; } = new();

    public (decimal? Value, long? Scans) Otherwise { get; set; } = (100, 100);

    public TimeSpan Behind { get; set; }

    public ConcurrentQueue<JsonElement> Questions { get; } = new();

    public string Address => _app.Urls.Single();

    public static async Task<Numbers> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var numbers = new Numbers(app);
        app.MapPost("/internal/v1/measurements", (HttpContext context, JsonElement question) =>
        {
            if (context.Request.Headers["X-Service-Key"] != Key) return Results.StatusCode(401);
            numbers.Questions.Enqueue(question);
            if (question.GetProperty("metric").GetString() == "nothing")
                return Results.Json(new { errors = new[] { new { path = "$.metrics[0]", code = "unknown_metric", message = "There is no such metric." } } }, statusCode: 422);
            var (value, scans) = numbers.Values.GetValueOrDefault(question.GetProperty("from").GetDateTimeOffset(), numbers.Otherwise);
            return Results.Json(new { value, scans, asOf = TimeProvider.System.GetUtcNow() - numbers.Behind, timeZone = "America/Los_Angeles" });
        });
        await app.StartAsync();
        return numbers;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
