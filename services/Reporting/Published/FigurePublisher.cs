using System.Collections.Concurrent;
using System.Threading.Channels;
using QrPlatform.Contracts.Projections;

namespace QrPlatform.Reporting.Published;

/// <summary>Decides when a tenant's figures are published: after its rows changed, and again before they expire. Several instances may do the same: they write the same.</summary>
internal sealed partial class FigurePublisher(PublishedFigures figures, TimeProvider clock, ILogger<FigurePublisher> logger) : BackgroundService
{
    // Tenants that were heard of since the start, and when they were published last.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _published = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _changed = new(StringComparer.Ordinal);
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Rows have changed.</summary>
    public void Tell(ProjectionAdvanced advanced)
    {
        // Without names, any tenant may have changed.
        foreach (var tenant in advanced.Tenants.Count > 0 ? advanced.Tenants : [.. _published.Keys]) _changed[tenant] = true;
        _news.Writer.TryWrite(true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await WaitAsync(stoppingToken);
                foreach (var tenant in Due()) await PublishAsync(tenant, stoppingToken);
                await Task.Delay(PublishedFigures.Pace, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Log.Ended(logger);
        }
    }

    // For news, but not longer than until the first figures would expire.
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(PublishedFigures.Again / 4);
        try
        {
            await _news.Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing new.
        }
    }

    private List<string> Due()
    {
        var again = clock.GetUtcNow() - PublishedFigures.Again;
        var due = _published.Where(one => one.Value <= again).Select(one => one.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var tenant in _changed.Keys)
        {
            if (_changed.TryRemove(tenant, out _)) due.Add(tenant);
        }

        return [.. due];
    }

    private async Task PublishAsync(string tenant, CancellationToken cancellationToken)
    {
        try
        {
            await figures.PublishAsync(tenant, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, also a transaction that the cache dropped with its connection: these figures must not end the service.
            Log.NotPublished(logger, exception.GetType().Name);
        }

        // Also where it failed: it is due again in a while, and at the next news.
        _published[tenant] = clock.GetUtcNow();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A tenant's figures could not be put into the cache ({Fault}); they are tried again at the next change or in four minutes, and expire meanwhile")]
        public static partial void NotPublished(ILogger logger, string fault);

        [LoggerMessage(2, LogLevel.Debug, "No more figures for the cache")]
        public static partial void Ended(ILogger logger);
    }
}
