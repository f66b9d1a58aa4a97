using QrPlatform.Enrichment.Caching;

namespace QrPlatform.Enrichment.Tests.Caching;

public sealed class RecentlyUsedTests
{
    private readonly Clock _clock = new();

    [Fact]
    public void Keeps_what_is_used_and_forgets_the_rest()
    {
        var cache = new RecentlyUsed<int, string>(100, lifetime: null, _clock);
        for (var i = 0; i < 10_000; i++)
        {
            cache.Put(i, "value");
            Assert.True(i == 0 || cache.TryGet(0, out _));
        }

        Assert.True(Enumerable.Range(0, 10_000).Count(i => cache.TryGet(i, out _)) <= 200);
    }

    [Fact]
    public void Forgets_what_is_too_old_though_it_is_used()
    {
        var cache = new RecentlyUsed<int, string>(100, TimeSpan.FromSeconds(60), _clock);
        cache.Put(1, "value");
        _clock.Now += TimeSpan.FromSeconds(59);
        Assert.True(cache.TryGet(1, out _));
        _clock.Now += TimeSpan.FromSeconds(2);
        Assert.False(cache.TryGet(1, out _));
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
