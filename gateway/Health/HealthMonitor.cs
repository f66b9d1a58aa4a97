using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace QrPlatform.Gateway.Health;

/// <summary>Looks at every part twice a second, each on its own, so that a slow one delays no other; and remembers.</summary>
internal sealed partial class HealthMonitor(IEnumerable<Part> parts, TimeProvider time, ILogger<HealthMonitor> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ImmutableArray<Part> _parts = [.. parts];
    private readonly ConcurrentDictionary<string, PartHealth> _health =
        new(parts.Select(part => KeyValuePair.Create(part.Name, PartHealth.Unknown(time.GetUtcNow()))), StringComparer.Ordinal);

    public PlatformHealth Current
    {
        get
        {
            var health = _parts.ToDictionary(part => part.Name, part => _health[part.Name], StringComparer.Ordinal);
            var status = _parts.Min(part => part.IsEssential || health[part.Name].Status == HealthStatus.Healthy ? health[part.Name].Status : HealthStatus.Degraded);
            return new PlatformHealth(status, health);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_parts.Select(part => Task.Run(() => WatchAsync(part, stoppingToken), stoppingToken)));

    private async Task WatchAsync(Part part, CancellationToken stoppingToken)
    {
        await using var watched = part;
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            var reading = await LookAsync(part, stoppingToken);
            if (stoppingToken.IsCancellationRequested) return;
            var before = _health[part.Name];
            var after = before.After(reading, time.GetUtcNow());
            _health[part.Name] = after;
            if (before.Status != after.Status) Log.Changed(logger, part.Name, before.Status, after.Status, after.Description);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<Reading> LookAsync(Part part, CancellationToken stoppingToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        patience.CancelAfter(Patience);
        try
        {
            return await part.LookAsync(patience.Token);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // One part's surprise must not end the watch over it.
            if (!stoppingToken.IsCancellationRequested) Log.Failed(logger, exception, part.Name);
            return Reading.Unhealthy("Looking at it failed.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Part} was {Before} and is {After}: {Description}")]
        public static partial void Changed(ILogger logger, string part, HealthStatus before, HealthStatus after, string? description);

        [LoggerMessage(2, LogLevel.Error, "Looking at {Part} failed")]
        public static partial void Failed(ILogger logger, Exception exception, string part);
    }
}
