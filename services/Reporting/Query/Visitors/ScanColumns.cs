using System.Buffers.Binary;

namespace QrPlatform.Reporting.Query.Visitors;

/// <summary>All scans of a tenant at one moment, in columns. Never changed: the next moment shares all blocks that it does not touch.</summary>
/// <param name="Change">The change of the read models up to which it is made.</param>
/// <param name="Blocks">The scans.</param>
internal sealed record ScanColumns(long Change, IReadOnlyList<ScanBlock> Blocks)
{
    private const long QuarterMicroseconds = 15 * 60 * 1_000_000L;

    // What is superseded counts twice until the end.
    private const int Superseded = ScanBlock.Capacity * 16;

    /// <summary>Before everything.</summary>
    public static ScanColumns None { get; } = new(-1, []);

    /// <summary>How many scans there are.</summary>
    public long Scans => Blocks.Sum(block => (long)block.Live);

    /// <summary>The quarter of an hour in which an instant lies.</summary>
    public static int QuarterOf(DateTime instant) => (int)Math.Floor((instant - DateTime.UnixEpoch.AddYears(30)) / TimeSpan.FromMinutes(15));

    /// <summary>The moment of <paramref name="change"/>, from the scans that were written since this one.</summary>
    /// <param name="change">The last change.</param>
    /// <param name="rows">Scans as <see cref="TenantScans"/> asks for them.</param>
    /// <param name="families">Numbers of the families' combinations.</param>
    /// <param name="visitors">Numbers of the pseudonyms.</param>
    /// <param name="most">How many scans may be kept.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The columns, or null where there are more scans than may be kept.</returns>
    public async Task<ScanColumns?> ThenAsync(
        long change, ScanCopy rows, IReadOnlyList<Combinations> families, VisitorNumbers visitors, long most, CancellationToken cancellationToken)
    {
        var (superseded, made, building, count) = (new Dictionary<int, List<int>>(), new List<ScanBlock>(), new ScanBlock.Builder(), Scans);
        while (await rows.ReadAsync(cancellationToken))
        {
            if (!building.Fits(1)) made.Add(building.Build());
            Take(rows.Row, building, superseded, families, visitors);
            if (++count > most + Superseded) return null;
        }

        var kept = new List<ScanBlock>();
        for (var i = 0; i < Blocks.Count; i++)
        {
            var block = superseded.TryGetValue(i, out var gone) ? Blocks[i].Without(gone) : Blocks[i];
            // So that neither many small blocks remain nor blocks that are mostly masked.
            if (block.Live <= ScanBlock.Capacity / 2 && building.Fits(block.Live)) building.Absorb(block);
            else kept.Add(block);
        }

        if (building.Count > 0) made.Add(building.Build());
        var columns = new ScanColumns(change, [.. kept, .. made]);
        return columns.Scans > most ? null : columns;
    }

    private void Take(
        ReadOnlySpan<byte> fields, ScanBlock.Builder building, Dictionary<int, List<int>> superseded, IReadOnlyList<Combinations> families, VisitorNumbers visitors)
    {
        ScanCopy.TryTake(ref fields, out var field);
        var sequence = BinaryPrimitives.ReadInt64BigEndian(field);
        ScanCopy.TryTake(ref fields, out field);
        var (quarters, rest) = Math.DivRem(BinaryPrimitives.ReadInt64BigEndian(field), QuarterMicroseconds);
        var quarter = (int)(rest < 0 ? quarters - 1 : quarters);
        var visitor = ScanCopy.TryTake(ref fields, out field) ? visitors.Of(new Guid(field, bigEndian: true)) : -1;
        Span<int> numbers = stackalloc int[families.Count];
        for (var family = 0; family < numbers.Length; family++) numbers[family] = families[family].Take(ref fields);
        for (var i = 0; i < Blocks.Count; i++)
        {
            var row = Blocks[i].Find(sequence);
            if (row < 0) continue;
            if (!superseded.TryGetValue(i, out var gone)) superseded[i] = gone = [];
            gone.Add(row);
            if (visitor < 0 && Blocks[i].Visitors[row] is >= 0 and var former) visitors.Leaving.Add(former);
        }

        building.Add(sequence, quarter, visitor, numbers);
    }
}
