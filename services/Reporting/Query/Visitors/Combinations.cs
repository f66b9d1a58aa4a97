using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace QrPlatform.Reporting.Query.Visitors;

/// <summary>
/// A family's combinations of values that occur, numbered. Only grows; one at a time may add, while others read what was numbered before.
/// </summary>
/// <param name="width">Values of a combination.</param>
internal sealed class Combinations(int width)
{
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _numbers = new Dictionary<byte[], int>(new ByBytes()).GetAlternateLookup<ReadOnlySpan<byte>>();
    private string?[][] _all = new string?[64][];
    private int _count;

    /// <summary>The values by number.</summary>
    public ReadOnlySpan<string?[]> All => Volatile.Read(ref _all).AsSpan(0, Volatile.Read(ref _count));

    /// <summary>Takes the fields of one combination off a row.</summary>
    public int Take(ref ReadOnlySpan<byte> fields)
    {
        var all = fields;
        for (var i = 0; i < width; i++) ScanCopy.TryTake(ref fields, out _);
        var own = all[..^fields.Length];
        if (_numbers.TryGetValue(own, out var known)) return known;
        if (_count == _all.Length) Volatile.Write(ref _all, Grown(_all));
        _all[_count] = Values(own);
        _numbers[own] = _count;
        Volatile.Write(ref _count, _count + 1);
        return _count - 1;
    }

    private static string?[][] Grown(string?[][] all)
    {
        var grown = new string?[all.Length * 2][];
        all.CopyTo(grown, 0);
        return grown;
    }

    private string?[] Values(ReadOnlySpan<byte> fields)
    {
        var values = new string?[width];
        for (var i = 0; i < width; i++) values[i] = ScanCopy.TryTake(ref fields, out var text) ? Encoding.UTF8.GetString(text) : null;
        return values;
    }

    // Lengths are among the bytes, so equal bytes are equal values.
    private sealed class ByBytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
