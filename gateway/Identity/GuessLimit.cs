using System.Collections.Concurrent;
using System.Net;

namespace QrPlatform.Gateway.Identity;

/// <summary>
/// Limits wrong passwords: 20 a minute for one user name from one address, 300 a minute from one address whatever the names. Counted when the
/// attempt begins, so that parallel guesses do not slip through; a right password takes its own attempt back. Kept in this process' memory.
/// </summary>
internal sealed class GuessLimit(TimeProvider time)
{
    public const int PerUser = 20;
    public const int PerAddress = 300;

    // Past this many names the counters start anew: better a few guesses more than memory without end.
    private const int MostEntries = 100_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(IPAddress Address, string? User), MinuteCount> _counts = new();

    /// <summary>Begins an attempt; or says after how long another one is allowed.</summary>
    public bool TryBegin(IPAddress address, string user, out TimeSpan retryAfter)
    {
        if (_counts.Count > MostEntries) _counts.Clear();
        return Count(address, null).TryAdd(PerAddress, time, out retryAfter) && Count(address, user).TryAdd(PerUser, time, out retryAfter);
    }

    /// <summary>The attempt was right.</summary>
    public void Forgive(IPAddress address, string user)
    {
        Count(address, null).TakeBack();
        Count(address, user).TakeBack();
    }

    private MinuteCount Count(IPAddress address, string? user) => _counts.GetOrAdd((address, user), _ => new MinuteCount());

    private sealed class MinuteCount
    {
        private readonly Lock _lock = new();
        private long _startedAt;
        private int _attempts;

        public bool TryAdd(int limit, TimeProvider time, out TimeSpan retryAfter)
        {
            lock (_lock)
            {
                var age = time.GetElapsedTime(_startedAt);
                if (_startedAt == 0 || age >= Window) (_startedAt, _attempts, age) = (time.GetTimestamp(), 0, TimeSpan.Zero);
                retryAfter = Window - age;
                if (_attempts >= limit) return false;
                _attempts++;
                return true;
            }
        }

        public void TakeBack()
        {
            lock (_lock) _attempts = Math.Max(0, _attempts - 1);
        }
    }
}
