using System.Buffers;
using System.Numerics;

namespace QrPlatform.Reporting.Query.Visitors;

/// <summary>How many visitors a group has.</summary>
/// <param name="Group">The group's number, made of its parts' numbers.</param>
/// <param name="Visitors">Distinct visitors.</param>
/// <param name="Returning">Those of them with a scan before the range.</param>
internal readonly record struct GroupVisitors(long Group, int Visitors, int Returning);

/// <summary>
/// Which scans count, and in which group: by their quarter of an hour, counted from <paramref name="From"/>, and by each family's combination. A part that is negative leaves
/// the scan out; the group is what the parts make, each of so many values.
/// </summary>
/// <param name="From">The first quarter of an hour.</param>
/// <param name="Times">Part by quarter of an hour from <paramref name="From"/> on.</param>
/// <param name="Families">Parts by family and combination.</param>
/// <param name="Sizes">How many values the families' parts have; the times' come first and need none.</param>
internal sealed record VisitorFilter(int From, int[] Times, int[][] Families, long[] Sizes)
{
    /// <summary>The group of a scan that lies in the range, or -1.</summary>
    public long GroupOf(ScanBlock block, int row)
    {
        long group = Times[block.Quarters[row] - From];
        for (var family = 0; group >= 0 && family < Families.Length; family++)
        {
            var part = Families[family][block.Families[family][row]];
            group = part < 0 ? -1 : (group * Sizes[family]) + part;
        }

        return group;
    }
}

/// <summary>Counts distinct visitors, exactly: each has a bit.</summary>
internal static class VisitorCount
{
    /// <summary>The groups that have scans, in no order, and how many scans these are.</summary>
    /// <param name="columns">The scans.</param>
    /// <param name="visitors">Every visitor's number is below it.</param>
    /// <param name="filter">What counts.</param>
    /// <param name="returning">Whether returning visitors are asked for.</param>
    public static (List<GroupVisitors> Groups, int Scans) Of(ScanColumns columns, int visitors, VisitorFilter filter, bool returning)
    {
        var earlier = returning ? Earlier(columns, visitors, filter.From) : null;
        var scans = (int)columns.Scans;
        var (groups, of) = (ArrayPool<int>.Shared.Rent(Math.Max(scans, 1)), ArrayPool<int>.Shared.Rent(Math.Max(scans, 1)));
        try
        {
            var (numbers, count) = (new GroupNumbers(), 0);
            foreach (var block in columns.Blocks) count = Collect(block, filter, numbers, groups, of, count);
            return (Distinct(numbers, groups.AsSpan(0, count), of.AsSpan(0, count), visitors, earlier), count);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(groups);
            ArrayPool<int>.Shared.Return(of);
        }
    }

    private static int Collect(ScanBlock block, VisitorFilter filter, GroupNumbers numbers, int[] groups, int[] of, int count)
    {
        if (block.LastQuarter < filter.From || block.FirstQuarter >= filter.From + filter.Times.Length) return count;
        var quarters = block.Quarters;
        for (var row = 0; row < quarters.Length; row++)
        {
            if ((uint)(quarters[row] - filter.From) >= (uint)filter.Times.Length || block.IsMasked(row)) continue;
            var group = filter.GroupOf(block, row);
            if (group < 0) continue;
            groups[count] = numbers.Of(group);
            of[count++] = block.Visitors[row];
        }

        return count;
    }

    private static ulong[] Earlier(ScanColumns columns, int visitors, int from)
    {
        var bits = new ulong[(visitors / 64) + 1];
        foreach (var block in columns.Blocks)
        {
            if (block.FirstQuarter >= from) continue;
            for (var row = 0; row < block.Quarters.Length; row++)
            {
                if (block.Quarters[row] < from && block.Visitors[row] is >= 0 and var visitor && !block.IsMasked(row)) bits[visitor >> 6] |= 1UL << (visitor & 63);
            }
        }

        return bits;
    }

    // Scans are put in the groups' order, so that one set of bits serves them all, one after the other.
    private static List<GroupVisitors> Distinct(GroupNumbers numbers, ReadOnlySpan<int> groups, ReadOnlySpan<int> of, int visitors, ulong[]? earlier)
    {
        var ends = new int[numbers.Count + 1];
        foreach (var group in groups) ends[group + 1]++;
        for (var group = 1; group < ends.Length; group++) ends[group] += ends[group - 1];
        var ordered = ArrayPool<int>.Shared.Rent(Math.Max(of.Length, 1));
        try
        {
            // ends[g] is where group g begins, and moves to where it ends.
            for (var i = 0; i < of.Length; i++) ordered[ends[groups[i]]++] = of[i];
            var (bits, counted, begin) = (new ulong[(visitors / 64) + 1], new List<GroupVisitors>(numbers.Count), 0);
            for (var group = 0; group < numbers.Count; group++)
            {
                counted.Add(Distinct(numbers.All[group], ordered.AsSpan(begin, ends[group] - begin), bits, earlier));
                begin = ends[group];
            }

            return counted;
        }
        finally
        {
            ArrayPool<int>.Shared.Return(ordered);
        }
    }

    private static GroupVisitors Distinct(long group, ReadOnlySpan<int> of, ulong[] bits, ulong[]? earlier)
    {
        var (distinct, returning) = (0, 0);
        foreach (var visitor in of)
        {
            if (visitor < 0) continue;
            ref var word = ref bits[visitor >> 6];
            var bit = 1UL << (visitor & 63);
            if ((word & bit) != 0) continue;
            word |= bit;
            distinct++;
            if (earlier is not null) returning += BitOperations.PopCount(earlier[visitor >> 6] & bit);
        }

        // Only what was set, so that many small groups cost no more than their scans.
        foreach (var visitor in of)
        {
            if (visitor >= 0) bits[visitor >> 6] = 0;
        }

        return new GroupVisitors(group, distinct, returning);
    }
}
