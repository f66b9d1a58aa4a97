using System.Buffers.Binary;

namespace QrPlatform.Reporting.Query.Visitors;

/// <summary>Rows of <c>copy … to stdout (format binary)</c>, one at a time, without an object for any of them.</summary>
internal sealed class ScanCopy(Stream stream)
{
    // Signature, flags and the length of an extension, which is none.
    private const int Header = 19;

    private byte[] _buffer = new byte[1 << 18];
    private int _start, _end;
    private bool _isOpen;

    /// <summary>The fields of the row: each its length (-1 where it is null) and its bytes.</summary>
    public ReadOnlySpan<byte> Row => _buffer.AsSpan(_start + sizeof(short), Length - sizeof(short));

    private int Length { get; set; }

    /// <summary>Goes on to the next row; false where there is none.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (!_isOpen)
        {
            while (_end < Header) await FillAsync(cancellationToken);
            (_start, _isOpen) = (Header, true);
        }

        _start += Length;
        while ((Length = RowLength()) == 0) await FillAsync(cancellationToken);
        return Length > 0;
    }

    /// <summary>Takes the first field off; null where it has no value.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> fields, out ReadOnlySpan<byte> value)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(fields);
        value = length > 0 ? fields.Slice(sizeof(int), length) : default;
        fields = fields[(sizeof(int) + Math.Max(length, 0))..];
        return length >= 0;
    }

    // 0 where the buffer does not hold all of it, -1 at the end.
    private int RowLength()
    {
        var left = _buffer.AsSpan(_start, _end - _start);
        if (left.Length < sizeof(short)) return 0;
        var (count, length) = (BinaryPrimitives.ReadInt16BigEndian(left), sizeof(short));
        if (count < 0) return -1;
        for (; count > 0; count--)
        {
            if (left.Length < length + sizeof(int)) return 0;
            length += sizeof(int) + Math.Max(BinaryPrimitives.ReadInt32BigEndian(left[length..]), 0);
        }

        return length <= left.Length ? length : 0;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read > 0 ? read : throw new EndOfStreamException("The copy ended within a row.");
    }
}
