using Npgsql;
using QrPlatform.Contracts.Projections;
using QrPlatform.Reporting.Access;

namespace QrPlatform.Reporting.Live;

/// <summary>The feeds that somebody looks at, by scope. They are told of news by the bus, and once a second by a look at the projection's position.</summary>
internal sealed partial class LiveFeeds(NpgsqlDataSource database, LiveNumbers numbers, TimeProvider clock, ILogger<LiveFeeds> logger) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(string Tenant, string Campaigns), LiveFeed> _feeds = [];
    private readonly Lock _lock = new();

    /// <summary>Feeds that are being read.</summary>
    public int Count
    {
        get { lock (_lock) return _feeds.Count; }
    }

    /// <summary>The scope's feed; give it back with <see cref="Leave"/>.</summary>
    public LiveFeed Join(ReaderScope scope)
    {
        lock (_lock)
        {
            var key = (scope.TenantId, scope.CampaignSetting);
            if (!_feeds.TryGetValue(key, out var feed))
            {
                feed = _feeds[key] = new LiveFeed(scope, numbers, clock, logger);
                feed.Start();
            }

            feed.Clients++;
            return feed;
        }
    }

    public void Leave(ReaderScope scope, LiveFeed feed)
    {
        lock (_lock)
        {
            if (--feed.Clients > 0) return;
            _feeds.Remove((scope.TenantId, scope.CampaignSetting));
        }

        feed.Dispose();
    }

    /// <summary>Has the tenants' feeds read.</summary>
    public void Tell(ProjectionAdvanced advanced)
    {
        foreach (var feed in Feeds())
        {
            if (advanced.Position > feed.Position && (advanced.Tenants.Count == 0 || advanced.Tenants.Contains(feed.TenantId))) feed.Nudge();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Look, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (Feeds() is { Count: > 0 } feeds) await LookAsync(feeds, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Log.Ended(logger);
        }
    }

    private async Task LookAsync(List<LiveFeed> feeds, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = database.CreateCommand("select projected from projection.watermark()");
            var projected = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
            foreach (var feed in feeds.Where(feed => feed.Position != projected)) feed.Nudge();
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException)
        {
            Log.NotSeen(logger, exception.Message);
        }
    }

    private List<LiveFeed> Feeds()
    {
        lock (_lock) return [.. _feeds.Values];
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The projection's position could not be read: {Reason}")]
        public static partial void NotSeen(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Debug, "No more looks for live numbers")]
        public static partial void Ended(ILogger logger);
    }
}
