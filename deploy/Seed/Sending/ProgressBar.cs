using System.Diagnostics;
using System.Globalization;

namespace QrPlatform.Seed.Sending;

/// <summary>A line that grows on a terminal; elsewhere a line per tenth.</summary>
internal sealed class ProgressBar(string title, long total, TextWriter output, bool isTerminal)
{
    private const int Width = 32;

    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly Lock _lock = new();
    private long _drawn;
    private int _tenth = -1;
    private long _done;

    /// <summary>So much more is done.</summary>
    public void Add(long amount)
    {
        lock (_lock) Draw(_done + amount);
    }

    /// <summary>So much is done in all.</summary>
    public void Set(long done)
    {
        lock (_lock) Draw(Math.Max(done, _done));
    }

    private void Draw(long done)
    {
        _done = Math.Min(done, total);
        var share = total == 0 ? 1 : (double)_done / total;
        if (isTerminal)
        {
            if (share < 1 && Stopwatch.GetElapsedTime(_drawn).TotalMilliseconds < 100) return;
            _drawn = Stopwatch.GetTimestamp();
            output.Write('\r' + Line(share, new string('#', (int)(share * Width)).PadRight(Width, '.')));
            if (share >= 1) output.WriteLine();
        }
        else if ((int)(share * 10) > _tenth)
        {
            _tenth = (int)(share * 10);
            output.WriteLine(Line(share, null));
        }
    }

    private string Line(double share, string? bar)
    {
        var seconds = Math.Max(Stopwatch.GetElapsedTime(_begun).TotalSeconds, 0.001);
        return string.Create(CultureInfo.InvariantCulture, $"  {title,-9}{(bar is null ? "" : $" [{bar}]")} {share,4:P0}  {_done:N0} of {total:N0}, {_done / seconds:N0}/s   ");
    }
}
