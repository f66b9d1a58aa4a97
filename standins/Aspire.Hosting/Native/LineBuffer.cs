namespace Aspire.Hosting.Native;

/// <summary>Makes whole lines of what comes in pieces, each with a mark before it.</summary>
internal sealed class LineBuffer(byte[] mark)
{
    /// <summary>Who writes more without an end of line gets one.</summary>
    private const int LongestLine = 16 * 1024;

    private readonly List<byte> _line = [];

    /// <summary>Takes a piece, and gives the lines that it completes.</summary>
    public byte[] Add(ReadOnlySpan<byte> piece)
    {
        var complete = new List<byte>(piece.Length + mark.Length);
        while (piece.Length > 0)
        {
            var at = piece.IndexOf((byte)'\n');
            var room = LongestLine - _line.Count;
            var taken = Math.Min(at < 0 ? piece.Length : at, room);
            _line.AddRange(piece[..taken]);
            if (taken == at || taken == room)
                End(complete);
            piece = piece[(taken == at ? at + 1 : taken)..];
        }

        return [.. complete];
    }

    /// <summary>The line that has no end.</summary>
    public byte[] Rest()
    {
        var rest = new List<byte>();
        if (_line.Count > 0)
            End(rest);
        return [.. rest];
    }

    private void End(List<byte> to)
    {
        to.AddRange(mark);
        to.AddRange(_line);
        to.Add((byte)'\n');
        _line.Clear();
    }
}
