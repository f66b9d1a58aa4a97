using System.Collections.Immutable;

namespace QrPlatform.Reporting.Live;

/// <summary>The numbers of the stream; as JSON numbers, exactly as the query API writes them.</summary>
/// <param name="TotalScans">Of all time.</param>
/// <param name="Day">Today in the tenant's zone.</param>
/// <param name="TodayScans">Scans of that day.</param>
/// <param name="UniqueVisitors">Visitors of that day.</param>
/// <param name="Conversions">Conversions of that day.</param>
/// <param name="Revenue">Revenue of that day.</param>
/// <param name="LastHourScans">Scans since an hour ago; those that a source's clock puts a little ahead are among them.</param>
internal sealed record LiveCounters(
    long TotalScans, DateOnly Day, string TodayScans, string UniqueVisitors, string Conversions, string Revenue, string LastHourScans);

/// <summary>A scan and its place in the order of arrival.</summary>
internal sealed record LiveScan(long Position, string Json);

/// <summary>What every client of one scope is shown.</summary>
/// <param name="Position">The event log's sequence that the numbers stand at.</param>
/// <param name="AsOf">The moment up to which accepted events are in the numbers.</param>
/// <param name="Counters">The numbers.</param>
/// <param name="Scans">The newest scans, newest first, at most <see cref="MostScans"/>.</param>
/// <param name="CountedAt">When the total of all time was last counted from nothing.</param>
internal sealed record LiveState(long Position, DateTime AsOf, LiveCounters Counters, ImmutableArray<LiveScan> Scans, DateTimeOffset CountedAt)
{
    /// <summary>Scans in one event of the stream.</summary>
    public const int MostScans = 50;

    public long NewestScan => Scans.IsEmpty ? 0 : Scans[0].Position;
}
