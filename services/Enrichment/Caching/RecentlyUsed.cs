using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace QrPlatform.Enrichment.Caching;

/// <summary>
/// A bounded cache that forgets what was not used for longest, in two generations: when the young one is full it becomes the old one, and
/// what is used there moves up. Holds at most twice <paramref name="capacity"/>; reads take no lock.
/// </summary>
/// <param name="capacity">Entries of a generation.</param>
/// <param name="lifetime">How long an entry may be used after it was put; null: for ever.</param>
/// <param name="time">Measures the lifetime.</param>
internal sealed class RecentlyUsed<TKey, TValue>(int capacity, TimeSpan? lifetime, TimeProvider time) where TKey : notnull
{
    private readonly Lock _turn = new();
    private volatile ConcurrentDictionary<TKey, Entry> _young = new();
    private volatile ConcurrentDictionary<TKey, Entry> _old = new();
    private int _count;

    /// <summary>The value, if it is still held and not too old.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if ((_young.TryGetValue(key, out var entry) || TryPromote(key, out entry)) && !IsTooOld(entry))
        {
            value = entry.Value;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Puts or replaces a value.</summary>
    public void Put(TKey key, TValue value) => Put(key, new Entry(value, time.GetTimestamp()));

    /// <summary>Forgets a value.</summary>
    public void Remove(TKey key)
    {
        // The old generation first: a reader in between would else move it up again.
        _old.TryRemove(key, out _);
        _young.TryRemove(key, out _);
    }

    private bool TryPromote(TKey key, out Entry entry)
    {
        if (!_old.TryGetValue(key, out entry)) return false;
        Put(key, entry);
        return true;
    }

    private void Put(TKey key, Entry entry)
    {
        var young = _young;
        if (!young.TryAdd(key, entry))
        {
            young[key] = entry;
            return;
        }

        if (Interlocked.Increment(ref _count) < capacity) return;
        lock (_turn)
        {
            if (_count < capacity) return;
            _old = _young;
            _young = new();
            _count = 0;
        }
    }

    private bool IsTooOld(Entry entry) => lifetime is { } limit && time.GetElapsedTime(entry.PutAt) > limit;

    private readonly record struct Entry(TValue Value, long PutAt);
}
