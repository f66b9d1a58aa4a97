using System.Collections.Immutable;
using System.Globalization;
using Npgsql;
using QrPlatform.Reporting.Access;

namespace QrPlatform.Reporting.Query.Visitors;

/// <summary>
/// A tenant's scans at the last few moments. A question is answered at the moment of its own snapshot: what was written since the last moment
/// that the snapshot has seen is read in it. So answers are exact whatever was late, moved or erased, and nothing need be told of changes.
/// </summary>
/// <param name="most">How many scans may be kept.</param>
/// <param name="mostSteps">How many steps may be kept beside them.</param>
internal sealed class TenantScans(long most, long mostSteps) : IDisposable
{
    private const int Moments = 8;
    private const string StepsFrom = $"{StepEvents.Columns} from bi_query.visitor_step";
    private const string Position =
        """
        select greatest((select max(c.change_seq) from bi_query.fact_change c), r.change_seq, 0), coalesce(r.change_seq > $1, false)
        from (select max(change_seq) as change_seq from bi_query.fact_removal) r
        """;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly Combinations[] _families = [.. ScanFamilies.All.Select(family => new Combinations(family.Count))];
    private readonly Combinations[] _stepFamilies = [new(StepEvents.Width)];
    private readonly VisitorNumbers _visitors = new();
    private ImmutableArray<ScanColumns> _moments = [];
    private int _visitorCount;
    private volatile bool _wantsSteps;

    /// <summary>The values of the families' numbers.</summary>
    public IReadOnlyList<Combinations> Families => _families;

    /// <summary>The values of the steps' numbers.</summary>
    public Combinations StepFamily => _stepFamilies[0];

    /// <summary>Every visitor's number is below it.</summary>
    public int Visitors => Volatile.Read(ref _visitorCount);

    /// <summary>The tenant has more scans than may be kept.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>The tenant has more steps than may be kept.</summary>
    public bool HasTooManySteps { get; private set; }

    /// <summary>Scans were loaded, and none was taken out of the log since.</summary>
    public bool IsLoaded => !_moments.IsEmpty;

    /// <summary>Keeps steps, too, from the next loading on: most tenants' readers never ask for them.</summary>
    public void WantSteps() => _wantsSteps = true;

    /// <summary>Reads all scans, or what is new of them.</summary>
    public async Task LoadAsync(ReaderSnapshot snapshot, CancellationToken cancellationToken)
    {
        var columns = await AtAsync(snapshot, cancellationToken);
        if (columns is null && !IsTooLarge) columns = await snapshot.AsTenantAsync(() => AdvanceAsync(snapshot, ScanColumns.None, cancellationToken), cancellationToken);
        if (columns is { Steps: null } && _wantsSteps && !HasTooManySteps) await snapshot.AsTenantAsync(() => AddStepsAsync(snapshot, columns, cancellationToken), cancellationToken);
        await ForgetAsync(cancellationToken);
    }

    /// <summary>The scans at the snapshot's moment, or null where they are not known.</summary>
    public async Task<ScanColumns?> AtAsync(ReaderSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (_moments.IsEmpty) return null;
        return await snapshot.AsTenantAsync(
            async () =>
            {
                var (change, isRemoved) = await PositionAsync(snapshot, _moments.LastOrDefault(ScanColumns.None).Change, cancellationToken);
                if (isRemoved)
                {
                    // Only the correction of a rebuild takes scans away; which, their copies here do not tell.
                    _moments = [];
                    return null;
                }

                return Before(change) is { } columns && columns.Change == change ? columns : await CatchUpAsync(snapshot, change, cancellationToken);
            },
            cancellationToken);
    }

    public void Dispose() => _gate.Dispose();

    private ScanColumns? Before(long change) => _moments.LastOrDefault(moment => moment.Change <= change);

    private async Task<ScanColumns?> CatchUpAsync(ReaderSnapshot snapshot, long change, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var columns = Before(change);
            return columns is null || columns.Change == change ? columns : await ReadAsync(snapshot, columns, change, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<ScanColumns?> AdvanceAsync(ReaderSnapshot snapshot, ScanColumns from, CancellationToken cancellationToken)
    {
        var (change, _) = await PositionAsync(snapshot, long.MaxValue, cancellationToken);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await ReadAsync(snapshot, from, change, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    // Numbers that are given here and read by nobody harm nothing, so a reading that fails leaves all as it was.
    private async Task<ScanColumns?> ReadAsync(ReaderSnapshot snapshot, ScanColumns from, long change, CancellationToken cancellationToken)
    {
        var scans = await ThenAsync(snapshot, from.Blocks, from.Change, $"{ScanFamilies.Columns} from bi_query.visitor_scan", _families, most, cancellationToken);
        var steps = from.Steps is null ? null : await ThenAsync(snapshot, from.Steps, from.Change, StepsFrom, _stepFamilies, mostSteps, cancellationToken);
        IsTooLarge = scans is null;
        HasTooManySteps |= from.Steps is not null && steps is null;
        var columns = scans is null ? null : new ScanColumns(change, scans, steps);
        Keep(columns);
        return columns;
    }

    private async Task<ScanColumns?> AddStepsAsync(ReaderSnapshot snapshot, ScanColumns columns, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var steps = await ThenAsync(snapshot, [], ScanColumns.None.Change, StepsFrom, _stepFamilies, mostSteps, cancellationToken);
            HasTooManySteps = steps is null;
            if (steps is not null) Keep(columns with { Steps = steps });
            return columns;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<IReadOnlyList<ScanBlock>?> ThenAsync(
        ReaderSnapshot snapshot, IReadOnlyList<ScanBlock> blocks, long since, string columns, Combinations[] families, long limit, CancellationToken cancellationToken)
    {
        var written = since < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" where s.change_seq > {since}");
        await using var stream = await snapshot.CopyAsync($"copy (select s.seq_id, s.occurred_at, s.visitor, {columns} s{written}) to stdout (format binary)", cancellationToken);
        var read = await ScanColumns.ThenAsync(blocks, new ScanCopy(stream), families, _visitors, limit, cancellationToken);
        Volatile.Write(ref _visitorCount, _visitors.Count);
        return read;
    }

    private void Keep(ScanColumns? columns) =>
        _moments = columns is null ? [] : [.. _moments.Where(moment => moment.Change != columns.Change).Append(columns).OrderBy(moment => moment.Change).TakeLast(Moments)];

    // Who has no scan and no step any more is forgotten, and with them the moments at which they had some: a question of such a moment is the facts'.
    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_visitors.Leaving.Count == 0 || _moments.IsEmpty) return;
            var newest = _moments[^1];
            var staying = newest.Blocks.Concat(newest.Steps ?? []).SelectMany(block => block.Visitors.Where((visitor, row) => _visitors.Leaving.Contains(visitor) && !block.IsMasked(row))).ToHashSet();
            foreach (var gone in _visitors.Leaving.Except(staying).ToList()) _visitors.Forget(gone);
            _moments = [newest];
        }
        finally
        {
            _gate.Release();
        }
    }

    private static async Task<(long Change, bool IsRemoved)> PositionAsync(ReaderSnapshot snapshot, long known, CancellationToken cancellationToken)
    {
        await using var command = snapshot.Command(Position);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = known });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetBoolean(1));
    }
}
