using StackExchange.Redis;

namespace QrPlatform.Gateway.Health;

/// <summary>The cache. Everything works without it, only slower.</summary>
internal sealed class RedisPart(IServiceProvider services) : Part("redis", isEssential: false)
{
    private IConnectionMultiplexer? _redis;
    private int _wasLost;

    public override async Task<Reading> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            _redis ??= await ConnectAsync(cancellationToken);
            await _redis.GetDatabase().PingAsync().WaitAsync(cancellationToken);

            // Lost and found again between two looks: still an outage, of one interval.
            return Interlocked.Exchange(ref _wasLost, 0) == 0 ? Reading.Healthy : Reading.Unhealthy("The connection to the cache was lost.");
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or OperationCanceledException or InvalidOperationException)
        {
            Interlocked.Exchange(ref _wasLost, 0);
            return Reading.Unhealthy("The cache does not answer.");
        }
    }

    // Connecting blocks, until the client's timeout where Redis is away: a thread of its own, not one of the pool's few.
    private async Task<IConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        var redis = await Task.Factory
            .StartNew(services.GetRequiredService<IConnectionMultiplexer>, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .WaitAsync(cancellationToken);
        redis.ConnectionFailed += (_, _) => Interlocked.Exchange(ref _wasLost, 1);
        return redis;
    }
}
