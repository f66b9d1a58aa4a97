namespace QrPlatform.Reporting.Query.Visitors;

/// <summary>Some tens of thousands of scans, or steps, column by column, in the log's order. Never changed once it is made: what is superseded later is masked in a copy that shares the columns.</summary>
internal sealed class ScanBlock
{
    public const int Capacity = 1 << 16;

    private readonly long[] _sequences;

    private ScanBlock(long[] sequences, int[] quarters, int[] offsets, int[] visitors, int[][] families, ulong[]? masked, int live)
    {
        (_sequences, Quarters, Offsets, Visitors, Families, Masked, Live) = (sequences, quarters, offsets, visitors, families, masked, live);
        (FirstQuarter, LastQuarter) = quarters.Length == 0 ? (int.MaxValue, int.MinValue) : (quarters.Min(), quarters.Max());
    }

    private ScanBlock(ScanBlock of, ulong[] masked, int live)
    {
        (_sequences, Quarters, Offsets, Visitors, Families, Masked, Live) = (of._sequences, of.Quarters, of.Offsets, of.Visitors, of.Families, masked, live);
        (FirstQuarter, LastQuarter) = (of.FirstQuarter, of.LastQuarter);
    }

    /// <summary>Quarters of an hour since 2000 (UTC).</summary>
    public int[] Quarters { get; }

    /// <summary>Microseconds since the quarter of an hour began.</summary>
    public int[] Offsets { get; }

    /// <summary>Visitors' numbers, -1 where there is none.</summary>
    public int[] Visitors { get; }

    /// <summary>Numbers of combinations by family.</summary>
    public int[][] Families { get; }

    /// <summary>A bit for each scan that counts no longer; null where all do.</summary>
    public ulong[]? Masked { get; }

    /// <summary>How many count.</summary>
    public int Live { get; }

    public int FirstQuarter { get; }

    public int LastQuarter { get; }

    /// <summary>The instant of a row, in microseconds since 2000 (UTC).</summary>
    public long At(int row) => (Quarters[row] * ScanColumns.QuarterMicroseconds) + Offsets[row];

    public bool IsMasked(int row) => Masked is { } masked && (masked[row >> 6] >> (row & 63) & 1) != 0;

    /// <summary>Where the scan is that counts, or -1.</summary>
    public int Find(long sequence)
    {
        if (_sequences.Length == 0 || sequence < _sequences[0] || sequence > _sequences[^1]) return -1;
        var row = Array.BinarySearch(_sequences, sequence);
        return row < 0 || IsMasked(row) ? -1 : row;
    }

    /// <summary>The same without some of its scans, which count.</summary>
    public ScanBlock Without(IReadOnlyCollection<int> rows)
    {
        var masked = Masked is null ? new ulong[(_sequences.Length + 63) / 64] : (ulong[])Masked.Clone();
        foreach (var row in rows) masked[row >> 6] |= 1UL << (row & 63);
        return new ScanBlock(this, masked, Live - rows.Count);
    }

    /// <summary>Scans that are to become a block.</summary>
    /// <param name="families">How many families they are told by.</param>
    internal sealed class Builder(int families)
    {
        private readonly long[] _sequences = new long[Capacity];
        private readonly int[] _quarters = new int[Capacity], _offsets = new int[Capacity], _visitors = new int[Capacity];
        private readonly int[][] _families = [.. Enumerable.Range(0, families).Select(_ => new int[Capacity])];

        public int Count { get; private set; }

        public bool Fits(int scans) => Count + scans <= Capacity;

        public void Add(long sequence, int quarter, int offset, int visitor, ReadOnlySpan<int> numbers)
        {
            (_sequences[Count], _quarters[Count], _offsets[Count], _visitors[Count]) = (sequence, quarter, offset, visitor);
            for (var family = 0; family < numbers.Length; family++) _families[family][Count] = numbers[family];
            Count++;
        }

        /// <summary>Takes over what counts of another block.</summary>
        public void Absorb(ScanBlock block)
        {
            Span<int> numbers = stackalloc int[_families.Length];
            for (var row = 0; row < block._sequences.Length; row++)
            {
                if (block.IsMasked(row)) continue;
                for (var family = 0; family < numbers.Length; family++) numbers[family] = block.Families[family][row];
                Add(block._sequences[row], block.Quarters[row], block.Offsets[row], block.Visitors[row], numbers);
            }
        }

        /// <summary>The block; then the builder is empty.</summary>
        public ScanBlock Build()
        {
            var (sequences, order) = (_sequences[..Count], Enumerable.Range(0, Count).ToArray());
            Array.Sort(sequences, order);
            int[] Ordered(int[] column) => Array.ConvertAll(order, row => column[row]);
            var block = new ScanBlock(sequences, Ordered(_quarters), Ordered(_offsets), Ordered(_visitors), [.. _families.Select(Ordered)], masked: null, Count);
            Count = 0;
            return block;
        }
    }
}
