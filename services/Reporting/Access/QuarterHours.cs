using System.Collections.Concurrent;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Reporting.Access;

/// <summary>
/// Knows for each time zone from when on its hours and days are made of whole quarters of an hour (UTC). That is so for all zones today; some
/// changed their clocks at one minute past midnight until 2011, and one was 44 minutes and 30 seconds behind until 1972.
/// </summary>
internal sealed class QuarterHours
{
    private static readonly string Find = EmbeddedSql.Read<QuarterHours>("FindAlignment.sql");

    private readonly ConcurrentDictionary<string, DateTime> _known = new(StringComparer.Ordinal);

    /// <summary>The instant (UTC) from which on quarters of an hour can be added up to the zone's hours and days.</summary>
    public async ValueTask<DateTime> AlignedSinceAsync(ReaderSnapshot snapshot, string zone, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(zone, out var known)) return known;
        await using var command = snapshot.Command(Find);
        command.Parameters.Add(new() { Value = zone });
        return _known[zone] = (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
