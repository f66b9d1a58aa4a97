using System.Text;

namespace Aspire.Hosting.Native;

/// <summary>Some lines of a console, from a position on.</summary>
/// <param name="Lines">Whole lines, without their ends.</param>
/// <param name="End">The position after them, from which to read on.</param>
/// <param name="Skipped">Bytes between the position asked for and these lines that are no longer kept.</param>
internal sealed record LogPage(IReadOnlyList<string> Lines, long End, long Skipped);

/// <summary>
/// What a resource writes to its console, in a file of limited size and the one before it. Only whole lines are written, so that what
/// the two outputs say never mixes within a line; those of the error output begin with <see cref="ErrorMark" />.
/// A position counts the bytes since the beginning of the older file, and goes on counting when files are replaced.
/// </summary>
internal sealed class ConsoleLog(string path, long limit = 10 * 1024 * 1024)
{
    public const string ErrorMark = "stderr: ";

    private const int PageSize = 64 * 1024;
    private static readonly byte[] ErrorMarkBytes = Encoding.UTF8.GetBytes(ErrorMark);

    private readonly SemaphoreSlim _access = new(1, 1);
    private readonly ChangeSignal _changed = new();
    private long? _end;

    public string Path { get; } = path;

    /// <summary>Distinguishes positions of this run from those of another.</summary>
    public string Epoch { get; } = Guid.NewGuid().ToString("N")[..8];

    /// <summary>Completes when more is written. Take it before reading.</summary>
    public Task Changed => _changed.Next;

    private string Previous => Path + ".1";

    /// <summary>Copies until the stream ends: when the process and all of its children have closed it.</summary>
    public async Task CopyAsync(Stream output, bool isError = false)
    {
        var lines = new LineBuffer(isError ? ErrorMarkBytes : []);
        var buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await output.ReadAsync(buffer).ConfigureAwait(false)) > 0)
                await WriteAsync(lines.Add(buffer.AsSpan(0, read))).ConfigureAwait(false);
            await WriteAsync(lines.Rest()).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The directory of a throw-away run is gone, or the process is: nobody reads this any more.
        }
    }

    public Task WriteLineAsync(string line) => WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>The last lines that say something.</summary>
    public IReadOnlyList<string> Tail(int lines)
    {
        if (!File.Exists(Path))
            return [];
        using var file = Open(Path);
        file.Seek(-Math.Min(file.Length, 16 * 1024), SeekOrigin.End);
        using var reader = new StreamReader(file);
        return
        [
            .. reader.ReadToEnd().Split('\n').Select(l => l.TrimEnd()).Select(l => l.StartsWith(ErrorMark, StringComparison.Ordinal) ? l[ErrorMark.Length..] : l)
                .Where(l => l.Length > 0).TakeLast(lines),
        ];
    }

    /// <summary>Reads up to 64 KB of whole lines. What was moved aside meanwhile is still read; what was removed is counted.</summary>
    /// <param name="from">A position; one before what is kept begins there.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<LogPage> ReadAsync(long from, CancellationToken cancellationToken)
    {
        FileStream file;
        long begin, length;
        await _access.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var (end, current, previous) = Extent();
            var oldest = end - current - previous;
            begin = Math.Clamp(from, oldest, end);
            if (begin == end)
                return new LogPage([], end, Math.Max(0, begin - from));
            var isCurrent = begin >= end - current;
            // Opened under the lock, the file stays this one whatever it is called when it is read.
            file = Open(isCurrent ? Path : Previous);
            file.Seek(begin - (isCurrent ? end - current : oldest), SeekOrigin.Begin);
            length = Math.Min(PageSize, (isCurrent ? end : end - current) - begin);
        }
        finally
        {
            _access.Release();
        }

        await using (file)
        {
            var bytes = new byte[length];
            var read = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            var whole = read < PageSize ? read : Array.LastIndexOf(bytes, (byte)'\n') is >= 0 and var last ? last + 1 : read;
            // A file that somebody shortened has nothing more to give up to the position where it should have ended.
            var next = begin + (read < length ? length : whole);
            return new LogPage(Lines(bytes.AsSpan(0, whole)), next, Math.Max(0, begin - from));
        }
    }

    /// <summary>The last lines, of the last 256 KB at most, and the position after them.</summary>
    public async Task<LogPage> TailAsync(int lines, CancellationToken cancellationToken)
    {
        const long reach = 4 * PageSize;
        var end = await EndAsync(cancellationToken).ConfigureAwait(false);
        var position = Math.Max(0, end - reach);
        var last = new Queue<string>();
        // Where the reach begins within a line, that line is not told.
        var isWithinLine = position > 0;
        while (position < end)
        {
            var page = await ReadAsync(position, cancellationToken).ConfigureAwait(false);
            foreach (var line in page.Lines.Skip(isWithinLine && page.Skipped == 0 ? 1 : 0))
            {
                last.Enqueue(line);
                if (last.Count > lines)
                    last.Dequeue();
            }

            isWithinLine = false;
            position = page.End;
        }

        return new LogPage([.. last], position, 0);
    }

    private async Task<long> EndAsync(CancellationToken cancellationToken)
    {
        await _access.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Extent().End;
        }
        finally
        {
            _access.Release();
        }
    }

    private static IReadOnlyList<string> Lines(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<string>();
        while (bytes.Length > 0)
        {
            var at = bytes.IndexOf((byte)'\n');
            lines.Add(Encoding.UTF8.GetString(at < 0 ? bytes : bytes[..at]));
            bytes = at < 0 ? [] : bytes[(at + 1)..];
        }

        return lines;
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true, Length: var length } ? length : 0;

    private (long End, long Current, long Previous) Extent()
    {
        var (current, previous) = (LengthOf(Path), LengthOf(Previous));
        _end ??= current + previous;
        return (_end.Value, Math.Min(current, _end.Value), Math.Min(previous, _end.Value - Math.Min(current, _end.Value)));
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        await _access.WaitAsync().ConfigureAwait(false);
        try
        {
            var (end, current, _) = Extent();
            if (current > 0 && current + bytes.Length > limit)
                File.Move(Path, Previous, overwrite: true);
            await using (var stream = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
                await stream.WriteAsync(bytes).ConfigureAwait(false);
            _end = end + bytes.Length;
        }
        finally
        {
            _access.Release();
        }

        _changed.Set();
    }
}
