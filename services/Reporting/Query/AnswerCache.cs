using System.Collections.Concurrent;
using StackExchange.Redis;

namespace QrPlatform.Reporting.Query;

/// <summary>
/// Answers that need not be computed again. The key names everything that an answer depends on, the projected position included, so that
/// an entry is never stale; it only lives on for five minutes. A Redis that is slow or away costs at most <see cref="Patience"/> and is
/// no error. Requests for the same answer at the same time wait for the first one's.
/// </summary>
internal sealed partial class AnswerCache(IServiceProvider services, ILogger<AnswerCache> logger)
{
    private const int MaxCachedBytes = 1 << 20;

    private static readonly TimeSpan TimeToLive = TimeSpan.FromMinutes(5), Patience = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, Task<QueryRows?>> _flights = new(StringComparer.Ordinal);

    // The client connects when it is first resolved, and blocks while Redis is away.
    private readonly Lazy<Task<IConnectionMultiplexer>> _redis = new(() => Task.Run(services.GetRequiredService<IConnectionMultiplexer>));

    /// <summary>The stored answer, or null.</summary>
    public async Task<QueryRows?> FindAsync(string key)
    {
        if (await DatabaseAsync() is not { } redis) return null;
        try
        {
            var stored = (byte[]?)await redis.StringGetAsync(key).WaitAsync(Patience);
            return stored is { Length: > 0 } ? new QueryRows(stored.AsMemory(1), stored[0] == '1') : null;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            Log.Away(logger, exception.GetType().Name);
            return null;
        }
    }

    /// <summary>
    /// The computation of this answer that is under way, or null: then the caller computes it, and must end the flight with its outcome.
    /// A flight that fails gives null, and whoever waited computes for himself: the first may just have hung up.
    /// </summary>
    public Task<QueryRows?>? Join(string key, out Flight own)
    {
        own = new Flight(key);
        var flight = _flights.GetOrAdd(key, own.Landing.Task);
        return flight == own.Landing.Task ? null : flight;
    }

    /// <summary>Ends an own flight; <paramref name="rows"/> is null where it failed.</summary>
    public void Land(Flight own, QueryRows? rows)
    {
        _flights.TryRemove(new KeyValuePair<string, Task<QueryRows?>>(own.Key, own.Landing.Task));
        own.Landing.TrySetResult(rows);
    }

    /// <summary>Keeps an answer, unless it is large.</summary>
    public async Task KeepAsync(string key, QueryRows rows)
    {
        if (rows.Json.Length >= MaxCachedBytes || await DatabaseAsync() is not { } redis) return;
        var stored = new byte[rows.Json.Length + 1];
        stored[0] = (byte)(rows.Truncated ? '1' : '0');
        rows.Json.CopyTo(stored.AsMemory(1));
        try
        {
            await redis.StringSetAsync(key, stored, TimeToLive).WaitAsync(Patience);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            Log.Away(logger, exception.GetType().Name);
        }
    }

    private async ValueTask<IDatabase?> DatabaseAsync()
    {
        if (!_redis.Value.IsCompletedSuccessfully) return null;
        var redis = await _redis.Value;
        return redis.IsConnected ? redis.GetDatabase() : null;
    }

    /// <summary>A computation that others may wait for.</summary>
    internal sealed record Flight(string Key)
    {
        public TaskCompletionSource<QueryRows?> Landing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Redis does not answer ({Fault}); the query is computed")]
        public static partial void Away(ILogger logger, string fault);
    }
}

/// <summary>An answer's rows and what else was asked for, as members of a JSON object, and whether there were more rows than the limit.</summary>
internal sealed record QueryRows(ReadOnlyMemory<byte> Json, bool Truncated);
