using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.Reporting.Access;
using QrPlatform.Reporting.Catalogue;
using QrPlatform.Reporting.Query;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Reporting.Live;

/// <summary>
/// Reads the stream's numbers of one scope in one snapshot, by the definitions of the catalogue. The total of all time is counted once and
/// then goes on by the events that were projected since; it is counted anew every minute, because rows may also be taken away.
/// </summary>
internal sealed class LiveNumbers(NpgsqlDataSource database, QueryPlanner planner, TimeProvider clock)
{
    private static readonly TimeSpan RecountAfter = TimeSpan.FromMinutes(1);
    private static readonly DateTime Always = DateTime.UnixEpoch, Never = new(2200, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly string NewestScans = EmbeddedSql.Read<LiveNumbers>("NewestScans.sql");
    private static readonly QueryPlan Total = Plan("total_scans"), Today = Plan("total_scans", "unique_visitors", "conversions", "revenue");

    public async Task<LiveState> ReadAsync(ReaderScope scope, LiveState? before, CancellationToken cancellationToken)
    {
        await using var snapshot = await ReaderSnapshot.OpenAsync(database, scope, new AskedDays(null, null, null) { DaysBack = 0 }, cancellationToken);
        var (at, now) = (snapshot.At, clock.GetUtcNow());

        // A rebuild starts at the beginning again: then nothing that was read before holds.
        if (before is not null && (before.Position > at.Projected || now - before.CountedAt > RecountAfter)) before = null;

        var total = (await ValuesAsync(snapshot, Total with { After = before?.Position }, at.Between(Always, Never), cancellationToken))[0];
        var today = await ValuesAsync(snapshot, Today, at, cancellationToken);
        var lastHour = await ValuesAsync(snapshot, Total, at.Between(now.UtcDateTime.AddHours(-1), Never), cancellationToken);
        var counters = new LiveCounters(
            (before?.Counters.TotalScans ?? 0) + long.Parse(total, CultureInfo.InvariantCulture), at.FirstDay, today[0], today[1], today[2], today[3], lastHour[0]);
        return new LiveState(at.Projected, at.AsOf, counters, await ScansAsync(snapshot, before, cancellationToken), before?.CountedAt ?? now);
    }

    private static QueryPlan Plan(params string[] metrics) =>
        new([.. metrics.Select(name => MetricCatalogue.MetricsByName[name])], [], [], default, default, null, [], 1);

    private async Task<string[]> ValuesAsync(ReaderSnapshot snapshot, QueryPlan plan, SnapshotPosition at, CancellationToken cancellationToken)
    {
        await using var command = snapshot.Command("");
        QuerySql.Fill(command, plan, (await planner.ChooseAsync(snapshot, plan, at, cancellationToken)).Parts, at);
        using var row = JsonDocument.Parse((string)(await command.ExecuteScalarAsync(cancellationToken))!);
        return [.. row.RootElement.EnumerateArray().Select(value => value.GetRawText())];
    }

    private static async Task<ImmutableArray<LiveScan>> ScansAsync(ReaderSnapshot snapshot, LiveState? before, CancellationToken cancellationToken)
    {
        await using var command = snapshot.Command(NewestScans);
        command.Parameters.Add(new NpgsqlParameter("after", NpgsqlDbType.Bigint) { Value = before?.Position ?? 0 });
        command.Parameters.Add(new NpgsqlParameter("position", NpgsqlDbType.Bigint) { Value = snapshot.At.Projected });
        command.Parameters.Add(new NpgsqlParameter("limit", NpgsqlDbType.Integer) { Value = LiveState.MostScans });
        var scans = ImmutableArray.CreateBuilder<LiveScan>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken)) scans.Add(new LiveScan(reader.GetInt64(0), reader.GetString(1)));
        }

        if (before is not null) scans.AddRange(before.Scans.Take(LiveState.MostScans - scans.Count));
        return scans.ToImmutable();
    }
}
