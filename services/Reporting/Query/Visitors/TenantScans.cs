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
internal sealed class TenantScans(long most) : IDisposable
{
    private const int Moments = 8;
    private const string Position =
        """
        select greatest((select max(s.change_seq) from bi_query.visitor_scan s), r.change_seq, 0), coalesce(r.change_seq > $1, false)
        from (select max(change_seq) as change_seq from bi_query.removed_scan) r
        """;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly Combinations[] _families = [.. ScanFamilies.All.Select(family => new Combinations(family.Count))];
    private readonly VisitorNumbers _visitors = new();
    private ImmutableArray<ScanColumns> _moments = [];
    private int _visitorCount;

    /// <summary>The values of the families' numbers.</summary>
    public IReadOnlyList<Combinations> Families => _families;

    /// <summary>Every visitor's number is below it.</summary>
    public int Visitors => Volatile.Read(ref _visitorCount);

    /// <summary>The tenant has more scans than may be kept.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>Scans were loaded, and none was taken out of the log since.</summary>
    public bool IsLoaded => !_moments.IsEmpty;

    /// <summary>Reads all scans, or what is new of them.</summary>
    public async Task LoadAsync(ReaderSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (await AtAsync(snapshot, cancellationToken) is null && !IsTooLarge) await snapshot.AsTenantAsync(() => AdvanceAsync(snapshot, ScanColumns.None, cancellationToken), cancellationToken);
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
        var since = from.Change < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" where s.change_seq > {from.Change}");
        await using var stream = await snapshot.CopyAsync(
            $"copy (select s.seq_id, s.occurred_at, s.visitor, {ScanFamilies.Columns} from bi_query.visitor_scan s{since}) to stdout (format binary)", cancellationToken);
        var columns = await from.ThenAsync(change, new ScanCopy(stream), _families, _visitors, most, cancellationToken);
        Volatile.Write(ref _visitorCount, _visitors.Count);
        IsTooLarge = columns is null;
        _moments = columns is null ? [] : [.. _moments.Where(moment => moment.Change != change).Append(columns).OrderBy(moment => moment.Change).TakeLast(Moments)];
        return columns;
    }

    // Who has no scan any more is forgotten, and with them the moments at which they had some: a question of such a moment is the facts'.
    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_visitors.Leaving.Count == 0 || _moments.IsEmpty) return;
            var newest = _moments[^1];
            var staying = newest.Blocks.SelectMany(block => block.Visitors.Where((visitor, row) => _visitors.Leaving.Contains(visitor) && !block.IsMasked(row))).ToHashSet();
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
