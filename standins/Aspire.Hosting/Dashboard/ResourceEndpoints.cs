using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Aspire.Hosting.Native;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Hosting.Dashboard;

/// <summary>The resources, how they change, and what can be done with them.</summary>
internal sealed class ResourceEndpoints(
    ResourceViews views, ChangeSignal changed, TelemetryCounts telemetry, IReadOnlyDictionary<string, ResourceRunner> runners, RunOutput output,
    TimeProvider time)
{
    /// <summary>What changes within this time is told at once.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/resources", () => TypedResults.Json(views.All(), DashboardJson.Options));
        routes.MapGet("/api/events", (HttpContext context) => TypedResults.ServerSentEvents(WatchAsync(context.RequestAborted)));
        routes.MapPost("/api/resources/{name}/{command}", ExecuteAsync);
    }

    /// <summary>All resources, then each one that has changed.</summary>
    private async IAsyncEnumerable<SseItem<JsonElement>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var told = new Dictionary<string, string>();
        string? toldTelemetry = null;
        yield return Item("now", new { time = time.GetUtcNow() });
        while (true)
        {
            var next = changed.Next;
            var all = views.All().Select(v => (v.Name, Json: JsonSerializer.Serialize(v, DashboardJson.Options))).ToArray();
            if (told.Count == 0)
                yield return new SseItem<JsonElement>(JsonDocument.Parse($"[{string.Join(',', all.Select(r => r.Json))}]").RootElement, "resources");
            foreach (var (name, json) in all)
            {
                if (told.Count == all.Length && told[name] != json)
                    yield return new SseItem<JsonElement>(JsonDocument.Parse(json).RootElement, "resource");
            }

            foreach (var (name, json) in all)
                told[name] = json;
            var counts = JsonSerializer.Serialize(telemetry.View(), DashboardJson.Options);
            if (counts != toldTelemetry)
                yield return new SseItem<JsonElement>(JsonDocument.Parse(toldTelemetry = counts).RootElement, "telemetry");

            if (await Task.WhenAny(next, Task.Delay(Heartbeat, time, cancellationToken)).ConfigureAwait(false) != next)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return Item("now", new { time = time.GetUtcNow() });
            }

            await Task.Delay(Gathering, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IResult> ExecuteAsync(string name, string command, CancellationToken cancellationToken)
    {
        if (!runners.TryGetValue(name, out var runner))
            return TypedResults.Problem($"There is no resource '{name}' with a process.", statusCode: StatusCodes.Status404NotFound);
        if (!Enum.GetNames<ResourceCommand>().Any(c => string.Equals(c, command, StringComparison.OrdinalIgnoreCase)))
            return TypedResults.Problem($"'{command}' is not one of start, stop, restart.", statusCode: StatusCodes.Status404NotFound);
        output.Line($"{runner.Resource.Name}: {command.ToLowerInvariant()}, asked for on the operations page");
        var refusal = await runner.ExecuteAsync(Enum.Parse<ResourceCommand>(command, ignoreCase: true), cancellationToken).ConfigureAwait(false);
        // Whether it is wanted is part of what is shown, and is no state that is notified of.
        changed.Set();
        return refusal is not null
            ? TypedResults.Problem(refusal + ".", statusCode: StatusCodes.Status409Conflict)
            : TypedResults.Json(views.All().First(v => v.Name == runner.Resource.Name), DashboardJson.Options);
    }

    private static SseItem<JsonElement> Item(string type, object value) => new(JsonSerializer.SerializeToElement(value, DashboardJson.Options), type);
}
