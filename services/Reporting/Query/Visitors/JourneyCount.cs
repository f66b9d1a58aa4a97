using System.Buffers;

namespace QrPlatform.Reporting.Query.Visitors;

/// <summary>How far the visitors of a group came.</summary>
/// <param name="group">The group's number, made of its parts' numbers.</param>
internal sealed class GroupJourneys(long group)
{
    public long Group => group;

    /// <summary>Visitors with a scan.</summary>
    public long Started { get; set; }

    /// <summary>Those of them with scans of two campaigns or more.</summary>
    public long CrossCampaign { get; set; }

    /// <summary>Those of them who took each step after the one before, in <see cref="StepEvents.Kinds"/>' order.</summary>
    public long[] Reached { get; } = new long[StepEvents.Kinds.Count];
}

/// <summary>
/// Follows visitors from their first scan of a group through the steps, each the first event of its kind at or after the one before and within 720 hours of that scan. Scans and
/// steps are put in the visitors' order, and then each visitor is looked at alone.
/// </summary>
internal sealed class JourneyCount
{
    private const long Window = 720L * 60 * 60 * 1_000_000;
    private const int QuartersOfWindow = 720 * 4;

    // Instants are put beside their kind in one number, so that sorting numbers sorts by kind and time.
    private const int KindShift = 59;
    private const long Zero = 1L << 58;

    private readonly GroupNumbers _numbers = new();
    private readonly List<GroupJourneys> _groups = [];

    /// <summary>The groups that have visitors, in no order, and how many scans and steps were looked at.</summary>
    /// <param name="columns">The scans and steps.</param>
    /// <param name="visitors">Every visitor's number is below it.</param>
    /// <param name="filter">Which scans count.</param>
    /// <param name="campaigns">The campaign's number by the scan's combination, -1 where there is none.</param>
    /// <param name="kinds">The step's kind by the step's combination, -1 where it does not count.</param>
    public static (List<GroupJourneys> Groups, long Rows) Of(ScanColumns columns, int visitors, VisitorFilter filter, int[] campaigns, int[] kinds)
    {
        var count = new JourneyCount();
        using var scans = count.Scans(columns.Blocks, visitors, filter, campaigns);
        using var steps = Steps(columns.Steps!, visitors, filter.From, filter.Times.Length + QuartersOfWindow, scans, kinds);
        for (var visitor = 0; visitor < visitors; visitor++)
        {
            if (scans.Of(visitor) is { Length: > 0 } own) count.Follow(own, steps.Of(visitor));
        }

        return (count._groups, scans.Count + (long)steps.Count);
    }

    private ByVisitor<Scan> Scans(IReadOnlyList<ScanBlock> blocks, int visitors, VisitorFilter filter, int[] campaigns)
    {
        var near = blocks.Where(block => block.FirstQuarter < filter.From + filter.Times.Length && block.LastQuarter >= filter.From).ToList();
        var rows = new ByVisitor<Scan>(visitors, near.Sum(block => block.Quarters.Length));
        foreach (var block in near)
        {
            for (var row = 0; row < block.Quarters.Length; row++)
            {
                if (block.Visitors[row] < 0 || (uint)(block.Quarters[row] - filter.From) >= (uint)filter.Times.Length || block.IsMasked(row)) continue;
                var group = filter.GroupOf(block, row);
                if (group >= 0) rows.Add(block.Visitors[row], new Scan(NumberOf(group), campaigns[block.Families[ScanFamilies.OfCampaign][row]], block.At(row)));
            }
        }

        rows.Order();
        return rows;
    }

    private static ByVisitor<long> Steps(IReadOnlyList<ScanBlock> blocks, int visitors, int from, int quarters, ByVisitor<Scan> scans, int[] kinds)
    {
        // The last instant that may be a step lies in the quarter behind.
        var near = blocks.Where(block => block.FirstQuarter <= from + quarters && block.LastQuarter >= from).ToList();
        var rows = new ByVisitor<long>(visitors, near.Sum(block => block.Quarters.Length));
        foreach (var block in near)
        {
            for (var row = 0; row < block.Quarters.Length; row++)
            {
                var kind = kinds[block.Families[0][row]];
                if (kind < 0 || block.Visitors[row] < 0 || block.Quarters[row] < from || block.Quarters[row] > from + quarters) continue;
                if (scans.Of(block.Visitors[row]).Length > 0 && !block.IsMasked(row)) rows.Add(block.Visitors[row], Code(kind, block.At(row)));
            }
        }

        rows.Order();
        return rows;
    }

    private int NumberOf(long group)
    {
        var number = _numbers.Of(group);
        if (number == _groups.Count) _groups.Add(new GroupJourneys(group));
        return number;
    }

    // One visitor: the scans by group, the first of each leads through the steps.
    private void Follow(Span<Scan> scans, Span<long> steps)
    {
        if (scans.Length > 1) scans.Sort();
        if (steps.Length > 1) steps.Sort();
        for (int begin = 0, end; begin < scans.Length; begin = end)
        {
            var (group, campaign, isCross) = (_groups[scans[begin].Group], -1, false);
            for (end = begin; end < scans.Length && scans[end].Group == scans[begin].Group; end++)
            {
                isCross |= campaign >= 0 && scans[end].Campaign >= 0 && scans[end].Campaign != campaign;
                if (scans[end].Campaign >= 0) campaign = scans[end].Campaign;
            }

            group.Started++;
            if (isCross) group.CrossCampaign++;
            Walk(group.Reached, scans[begin].At, steps);
        }
    }

    private static void Walk(long[] reached, long started, ReadOnlySpan<long> steps)
    {
        var at = started;
        for (var kind = 0; kind < reached.Length && steps.Length > 0; kind++)
        {
            var found = steps.BinarySearch(Code(kind, at));
            if (found < 0) found = ~found;
            if (found == steps.Length || steps[found] > Code(kind, started + Window)) return;
            at = steps[found] - Code(kind, 0);
            reached[kind]++;
        }
    }

    private static long Code(int kind, long at) => ((long)kind << KindShift) + Zero + at;

    private readonly record struct Scan(int Group, int Campaign, long At) : IComparable<Scan>
    {
        public int CompareTo(Scan other) => Group != other.Group ? Group.CompareTo(other.Group) : At.CompareTo(other.At);
    }

    /// <summary>Rows of visitors, which are put in the visitors' order.</summary>
    private sealed class ByVisitor<T> : IDisposable
    {
        private readonly int[] _ends;
        private readonly int _visitorCount;
        private int[] _visitors;
        private T[] _rows;

        public ByVisitor(int visitors, int most)
        {
            _visitorCount = visitors;
            _ends = ArrayPool<int>.Shared.Rent(visitors + 1);
            _ends.AsSpan(0, visitors + 1).Clear();
            (_visitors, _rows) = (ArrayPool<int>.Shared.Rent(most), ArrayPool<T>.Shared.Rent(most));
        }

        public int Count { get; private set; }

        public void Add(int visitor, T row)
        {
            (_visitors[Count], _rows[Count++]) = (visitor, row);
            _ends[visitor + 1]++;
        }

        public void Order()
        {
            for (var visitor = 1; visitor <= _visitorCount; visitor++) _ends[visitor] += _ends[visitor - 1];
            var ordered = ArrayPool<T>.Shared.Rent(Count);
            // Where a visitor begins moves to where it ends, which is where the next begins.
            for (var i = 0; i < Count; i++) ordered[_ends[_visitors[i]]++] = _rows[i];
            ArrayPool<int>.Shared.Return(_visitors);
            ArrayPool<T>.Shared.Return(_rows);
            (_visitors, _rows) = ([], ordered);
        }

        public Span<T> Of(int visitor)
        {
            var begin = visitor == 0 ? 0 : _ends[visitor - 1];
            return _rows.AsSpan(begin, _ends[visitor] - begin);
        }

        public void Dispose()
        {
            ArrayPool<int>.Shared.Return(_ends);
            ArrayPool<T>.Shared.Return(_rows);
        }
    }
}
