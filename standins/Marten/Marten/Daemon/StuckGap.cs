namespace Marten.Daemon;

/// <summary>A hole in the sequence, as it was when it was first seen.</summary>
/// <param name="Mark">The last number before it.</param>
/// <param name="Ceiling">The highest number drawn by then; nothing is known of those drawn later.</param>
/// <param name="SightedAt">The database's time, not before <paramref name="Ceiling"/> was read.</param>
/// <param name="Xmax">Transactions with ids below it may have drawn numbers up to the ceiling.</param>
/// <param name="AllocationFence">A time at which none of the missing numbers had been drawn; null if none is known.</param>
internal sealed record StuckGap(long Mark, long Ceiling, DateTimeOffset SightedAt, long Xmax, DateTimeOffset? AllocationFence)
{
    /// <summary>So that a long wait is reported now and then, not at every look.</summary>
    public long ReportedAtSecond { get; set; } = -1;
}

/// <summary>When which numbers had been drawn, as far as this process has watched.</summary>
internal sealed class AllocationHistory
{
    private const int Capacity = 128;

    private readonly List<(DateTimeOffset At, long Highest)> _readings = [];

    public void Add(DateTimeOffset at, long highest)
    {
        if (_readings.Count > 0 && _readings[^1].Highest == highest)
        {
            // The latest time at which it was still that low is what counts.
            _readings[^1] = (at, highest);
            return;
        }

        if (_readings.Count == Capacity)
        {
            _readings.RemoveAt(0);
        }

        _readings.Add((at, highest));
    }

    public DateTimeOffset? LastTimeAtOrBelow(long sequence)
    {
        var index = _readings.FindLastIndex(r => r.Highest <= sequence);
        return index < 0 ? null : _readings[index].At;
    }
}
