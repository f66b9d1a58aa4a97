namespace Aspire.Hosting.Native;

/// <summary>What a resource writes to its console, in a file of limited size and the one before it.</summary>
internal sealed class ConsoleLog(string path, long limit = 10 * 1024 * 1024)
{
    private readonly SemaphoreSlim _writing = new(1, 1);

    public string Path { get; } = path;

    /// <summary>Copies until the stream ends: when the process and all of its children have closed it.</summary>
    public async Task CopyAsync(Stream output)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await output.ReadAsync(buffer).ConfigureAwait(false)) > 0)
                await WriteAsync(buffer.AsMemory(0, read)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The directory of a throw-away run is gone, or the process is: nobody reads this any more.
        }
    }

    public Task WriteLineAsync(string line) => WriteAsync(System.Text.Encoding.UTF8.GetBytes(line + Environment.NewLine));

    /// <summary>The last lines that say something.</summary>
    public IReadOnlyList<string> Tail(int lines)
    {
        if (!File.Exists(Path))
            return [];
        using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(-Math.Min(file.Length, 16 * 1024), SeekOrigin.End);
        using var reader = new StreamReader(file);
        return [.. reader.ReadToEnd().Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0).TakeLast(lines)];
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (new FileInfo(Path) is { Exists: true } file && file.Length + bytes.Length > limit)
                File.Move(Path, Path + ".1", overwrite: true);
            await using var stream = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            await stream.WriteAsync(bytes).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }
}
