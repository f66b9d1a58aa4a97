using System.Buffers.Binary;

namespace QrPlatform.Reporting.Query.Visitors;

/// <summary>All scans of a tenant at one moment, in columns, and the steps of visitors where somebody asks for them. Never changed: the next moment shares all blocks that it does not touch.</summary>
/// <param name="Change">The change of the read models up to which it is made.</param>
/// <param name="Blocks">The scans.</param>
/// <param name="Steps">The events that may be steps of visitors; null where they are not kept.</param>
internal sealed record ScanColumns(long Change, IReadOnlyList<ScanBlock> Blocks, IReadOnlyList<ScanBlock>? Steps)
{
    public const long QuarterMicroseconds = 15 * 60 * 1_000_000L;

    // What is superseded counts twice until the end.
    private const int Superseded = ScanBlock.Capacity * 16;

    /// <summary>Before everything.</summary>
    public static ScanColumns None { get; } = new(-1, [], null);

    /// <summary>How many scans there are.</summary>
    public long Scans => Blocks.Sum(block => (long)block.Live);

    /// <summary>The quarter of an hour in which an instant lies.</summary>
    public static int QuarterOf(DateTime instant) => (int)Math.Floor((instant - DateTime.UnixEpoch.AddYears(30)) / TimeSpan.FromMinutes(15));

    /// <summary>Blocks at a later moment, from the rows that were written since the moment of these.</summary>
    /// <param name="blocks">The blocks.</param>
    /// <param name="rows">Rows as <see cref="TenantScans"/> asks for them.</param>
    /// <param name="families">Numbers of the families' combinations.</param>
    /// <param name="visitors">Numbers of the pseudonyms.</param>
    /// <param name="most">How many rows may be kept.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The blocks, or null where there are more rows than may be kept.</returns>
    public static async Task<IReadOnlyList<ScanBlock>?> ThenAsync(
        IReadOnlyList<ScanBlock> blocks, ScanCopy rows, IReadOnlyList<Combinations> families, VisitorNumbers visitors, long most, CancellationToken cancellationToken)
    {
        var (superseded, made, building, count) = (new Dictionary<int, List<int>>(), new List<ScanBlock>(), new ScanBlock.Builder(families.Count), blocks.Sum(block => (long)block.Live));
        while (await rows.ReadAsync(cancellationToken))
        {
            if (!building.Fits(1)) made.Add(building.Build());
            Take(blocks, rows.Row, building, superseded, families, visitors);
            if (++count > most + Superseded) return null;
        }

        var kept = new List<ScanBlock>();
        for (var i = 0; i < blocks.Count; i++)
        {
            var block = superseded.TryGetValue(i, out var gone) ? blocks[i].Without(gone) : blocks[i];
            // So that neither many small blocks remain nor blocks that are mostly masked.
            if (block.Live <= ScanBlock.Capacity / 2 && building.Fits(block.Live)) building.Absorb(block);
            else kept.Add(block);
        }

        if (building.Count > 0) made.Add(building.Build());
        return kept.Concat(made).Sum(block => (long)block.Live) > most ? null : [.. kept, .. made];
    }

    private static void Take(
        IReadOnlyList<ScanBlock> blocks, ReadOnlySpan<byte> fields, ScanBlock.Builder building, Dictionary<int, List<int>> superseded, IReadOnlyList<Combinations> families, VisitorNumbers visitors)
    {
        ScanCopy.TryTake(ref fields, out var field);
        var sequence = BinaryPrimitives.ReadInt64BigEndian(field);
        ScanCopy.TryTake(ref fields, out field);
        var (quarter, offset) = Math.DivRem(BinaryPrimitives.ReadInt64BigEndian(field), QuarterMicroseconds);
        if (offset < 0) (quarter, offset) = (quarter - 1, offset + QuarterMicroseconds);
        var visitor = ScanCopy.TryTake(ref fields, out field) ? visitors.Of(new Guid(field, bigEndian: true)) : -1;
        Span<int> numbers = stackalloc int[families.Count];
        for (var family = 0; family < numbers.Length; family++) numbers[family] = families[family].Take(ref fields);
        for (var i = 0; i < blocks.Count; i++)
        {
            var row = blocks[i].Find(sequence);
            if (row < 0) continue;
            if (!superseded.TryGetValue(i, out var gone)) superseded[i] = gone = [];
            gone.Add(row);
            if (visitor < 0 && blocks[i].Visitors[row] is >= 0 and var former) visitors.Leaving.Add(former);
        }

        building.Add(sequence, (int)quarter, (int)offset, visitor, numbers);
    }
}
