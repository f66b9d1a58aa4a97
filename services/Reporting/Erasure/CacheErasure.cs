using System.Text;
using QrPlatform.ErasedPersons;
using StackExchange.Redis;

namespace QrPlatform.Reporting.Erasure;

/// <summary>
/// Drops the tenant's cached answers, and searches the whole cache. Answers hold no pseudonym today, and a later one is computed from rows
/// without the person; so an answer that is just being computed may be kept without harm, and the search would show it if not.
/// </summary>
internal sealed class CacheErasure(IServiceProvider services)
{
    private const int Page = 500;

    /// <summary>Drops every entry whose key names the tenant.</summary>
    public Task<StepOutcome> EraseAsync(string tenantId, CancellationToken cancellationToken) => OnRedisAsync(async redis =>
    {
        var dropped = 0L;
        foreach (var chunk in Keys(redis, $"*:{tenantId}:*", cancellationToken).Chunk(Page)) dropped += await redis.GetDatabase().KeyDeleteAsync(chunk);
        return StepOutcome.Of("entries", dropped);
    }, cancellationToken);

    /// <summary>Searches every key and value; nothing is as it should be.</summary>
    public Task<StepOutcome> SearchAsync(ErasedPerson person, CancellationToken cancellationToken) => OnRedisAsync(async redis =>
    {
        var sought = SchemaSearch.Forms(person).Select(Encoding.UTF8.GetBytes).ToArray();
        var found = 0L;
        foreach (var key in Keys(redis, "*", cancellationToken))
        {
            if (Holds((byte[]?)key, sought) || Holds(await ValueAsync(redis.GetDatabase(), key), sought)) found++;
        }

        return StepOutcome.Of("entries", found);
    }, cancellationToken);

    private static IEnumerable<RedisKey> Keys(IConnectionMultiplexer redis, string pattern, CancellationToken cancellationToken)
    {
        foreach (var endpoint in redis.GetEndPoints())
        {
            foreach (var key in redis.GetServer(endpoint).Keys(pattern: pattern, pageSize: Page))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return key;
            }
        }
    }

    private static async Task<byte[]?> ValueAsync(IDatabase redis, RedisKey key) =>
        await redis.KeyTypeAsync(key) == RedisType.String ? await redis.StringGetAsync(key) : await redis.KeyDumpAsync(key);

    private static bool Holds(ReadOnlySpan<byte> bytes, byte[][] sought)
    {
        foreach (var form in sought)
        {
            if (bytes.IndexOf(form) >= 0) return true;
        }

        return false;
    }

    // The client connects when it is first resolved, and blocks meanwhile. A cache that is away is waited for, as any other store.
    private async Task<StepOutcome> OnRedisAsync(Func<IConnectionMultiplexer, Task<StepOutcome>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => work(services.GetRequiredService<IConnectionMultiplexer>()), cancellationToken);
        }
        catch (RedisException exception)
        {
            throw new TimeoutException("Redis does not answer.", exception);
        }
    }
}
