using System.Diagnostics;
using JasperFx.Events.Projections;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Marten.Daemon;

/// <summary>
/// Finds the sequence below which nothing can appear any more. Numbers are drawn before they are committed, so a hole may be an
/// append that is still under way; the mark stops in front of a hole until it fills, or is known never to be filled.
/// </summary>
internal sealed partial class HighWaterDetector(DocumentStore store, ILogger logger)
{
    /// <summary>How many numbers one look covers, so that a look's cost does not grow with the backlog.</summary>
    private const int Window = 50_000;

    private static readonly TimeSpan PersistInterval = TimeSpan.FromMilliseconds(200);

    private readonly AllocationHistory _allocations = new();
    private readonly GapProbe _probe = new(store);
    private StuckGap? _stuck;
    private long _persisted;
    private long _persistedAt;

    /// <summary>Whether the last look ended at its own limit.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Whether the mark stands in front of a hole.</summary>
    public bool IsHeldUp => _stuck is not null;

    public async Task<long> DetectAsync(long mark, CancellationToken ct)
    {
        var seen = await LookAsync(mark, ct).ConfigureAwait(false);
        if (seen.Persisted > mark)
        {
            // First look, or another process has skipped a hole.
            mark = _persisted = seen.Persisted;
            seen = await LookAsync(mark, ct).ConfigureAwait(false);
        }

        _allocations.Add(seen.LookedAt, seen.Allocated);
        HasMore = false;
        if (seen.Lowest == mark + 1)
        {
            return Advance(seen, mark);
        }

        if (seen.Allocated <= mark)
        {
            _stuck = null;
            return mark;
        }

        if (_stuck is null || _stuck.Mark != mark)
        {
            _stuck = new StuckGap(mark, seen.Allocated, seen.SightedAt, seen.Xmax, _allocations.LastTimeAtOrBelow(mark));
        }

        return await SkipIfDeadAsync(_stuck, seen.SightedAt, ct).ConfigureAwait(false);
    }

    /// <summary>Writes the mark at most some times a second; it is behind then, which costs the next start nothing.</summary>
    public Task PersistNowAndThenAsync(long mark, CancellationToken ct) =>
        Stopwatch.GetElapsedTime(_persistedAt) >= PersistInterval ? PersistAsync(mark, ct) : Task.CompletedTask;

    public async Task PersistAsync(long mark, CancellationToken ct)
    {
        if (mark <= _persisted)
        {
            return;
        }

        await using var command = store.DataSource.CreateCommand(PersistSql());
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = mark });
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        _persisted = mark;
        _persistedAt = Stopwatch.GetTimestamp();
    }

    private string PersistSql() =>
        $"""
        insert into {store.Schema.Progression} as p (name, last_seq_id) values ('{ShardState.HighWaterMark}', $1)
        on conflict (name) do update set last_seq_id = $1, last_updated = transaction_timestamp() where coalesce(p.last_seq_id, 0) < $1
        """;

    private async Task<long> SkipIfDeadAsync(StuckGap gap, DateTimeOffset now, CancellationToken ct)
    {
        var settings = store.Options.Projections;
        var age = now - gap.SightedAt;
        if (age < settings.StaleSequenceThreshold)
        {
            return gap.Mark;
        }

        var evidence = await _probe.AskAsync(gap, ct).ConfigureAwait(false);
        if (evidence.MayStillBeFilled)
        {
            if (settings.SkipStaleGapsDespiteLiveTransactionsAfter is not { } limit || age < limit)
            {
                ReportHold(gap, age, evidence);
                return gap.Mark;
            }

            Log.SkippingDespite(logger, gap.Mark, age.TotalSeconds, evidence);
        }

        // It may have been filled between the look and the probe.
        var seen = await LookAsync(gap.Mark, ct).ConfigureAwait(false);
        if (seen.Lowest == gap.Mark + 1)
        {
            return Advance(seen, gap.Mark);
        }

        // Asked after the probe: what was committed meanwhile is inside, and is read like anything else.
        var committed = await HighestCommittedAsync(ct).ConfigureAwait(false);
        var target = committed > gap.Mark ? Math.Min(committed, gap.Ceiling) : gap.Ceiling;
        Log.Skipping(logger, gap.Mark, target, age.TotalSeconds);
        await RecordSkipAsync(gap.Mark, target, ct).ConfigureAwait(false);
        _stuck = null;
        _persisted = target;
        HasMore = true;
        return target;
    }

    /// <summary>To the first hole, or to the end of what was looked at.</summary>
    private long Advance(Sighting seen, long mark)
    {
        _stuck = null;
        HasMore = seen.Edge is null && seen.Highest == mark + Window;
        return seen.Edge ?? seen.Highest;
    }

    private void ReportHold(StuckGap gap, TimeSpan age, GapEvidence evidence)
    {
        var seconds = (long)age.TotalSeconds;
        if (seconds == gap.ReportedAtSecond || seconds % 5 != 0)
        {
            return;
        }

        gap.ReportedAtSecond = seconds;
        Log.Holding(logger, gap.Mark, seconds, evidence);
    }

    private async Task<long> HighestCommittedAsync(CancellationToken ct)
    {
        await using var command = store.DataSource.CreateCommand($"select coalesce(max(seq_id), 0) from {store.Schema.Events}");
        return (long)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }

    private async Task RecordSkipAsync(long mark, long target, CancellationToken ct)
    {
        await using var batch = store.DataSource.CreateBatch();
        var persist = new NpgsqlBatchCommand(PersistSql());
        persist.Parameters.Add(new NpgsqlParameter<long> { TypedValue = target });
        batch.BatchCommands.Add(persist);
        if (store.Options.EventGraph.EnableAdvancedAsyncTracking)
        {
            var record = new NpgsqlBatchCommand(
                $"insert into {store.Schema.Skips} (ending_sequence, starting_sequence) values ($1, $2) on conflict (ending_sequence) do nothing");
            record.Parameters.Add(new NpgsqlParameter<long> { TypedValue = target });
            record.Parameters.Add(new NpgsqlParameter<long> { TypedValue = mark });
            batch.BatchCommands.Add(record);
        }

        await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private async Task<Sighting> LookAsync(long mark, CancellationToken ct)
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.BatchCommands.Add(LookCommand(mark));

        // After the look, in a snapshot of its own: any transaction that had drawn a number by then began before this time.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select clock_timestamp(), pg_snapshot_xmax(pg_current_snapshot())::text::bigint"));
        await using var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await reader.ReadAsync(ct).ConfigureAwait(false);
        var seen = new Sighting
        {
            Lowest = reader.IsDBNull(0) ? null : reader.GetInt64(0),
            Edge = reader.IsDBNull(1) ? null : reader.GetInt64(1),
            Highest = reader.IsDBNull(2) ? mark : reader.GetInt64(2),
            Allocated = reader.GetInt64(3),
            Persisted = reader.GetInt64(4),
            LookedAt = reader.GetFieldValue<DateTimeOffset>(5)
        };
        await reader.NextResultAsync(ct).ConfigureAwait(false);
        await reader.ReadAsync(ct).ConfigureAwait(false);
        return seen with { SightedAt = reader.GetFieldValue<DateTimeOffset>(0), Xmax = reader.GetInt64(1) };
    }

    /// <summary>One statement, so that everything is seen in one snapshot.</summary>
    private NpgsqlBatchCommand LookCommand(long mark)
    {
        var command = new NpgsqlBatchCommand(
            $"""
            with above as (
                select seq_id, lead(seq_id) over (order by seq_id) as next from {store.Schema.Events}
                where seq_id > $1 and seq_id <= $1 + {Window}
            )
            select (select min(seq_id) from {store.Schema.Events} where seq_id > $1),
                   (select min(seq_id) from above where next > seq_id + 1),
                   (select max(seq_id) from above),
                   (select case when is_called then last_value else 0 end from {store.Schema.Sequence}),
                   coalesce((select last_seq_id from {store.Schema.Progression} where name = '{ShardState.HighWaterMark}'), 0),
                   now()
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = mark });
        return command;
    }

    private sealed record Sighting
    {
        public long? Lowest { get; init; }
        public long? Edge { get; init; }
        public long Highest { get; init; }
        public long Allocated { get; init; }
        public long Persisted { get; init; }
        public DateTimeOffset LookedAt { get; init; }
        public DateTimeOffset SightedAt { get; init; }
        public long Xmax { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(40, LogLevel.Warning,
            "The events ({Mark}, {Target}] were missing for {Age} s and no live transaction can still write them; going on behind them")]
        public static partial void Skipping(ILogger logger, long mark, long target, double age);

        [LoggerMessage(41, LogLevel.Warning,
            "The events above {Mark} have been missing for {Age} s, and a live transaction may still write them: {Evidence}. Projections wait for it")]
        public static partial void Holding(ILogger logger, long mark, long age, GapEvidence evidence);

        [LoggerMessage(42, LogLevel.Error,
            "The events above {Mark} have been missing for {Age} s; going on as configured although a live transaction may still write them: {Evidence}. What it commits will not be projected")]
        public static partial void SkippingDespite(ILogger logger, long mark, double age, GapEvidence evidence);
    }
}
