using System.Diagnostics;
using Npgsql;

namespace QrPlatform.Benchmarks.Path;

/// <summary>
/// Watches what is visible: every two milliseconds unless told otherwise, how far the projection's last commit went. The commit that moves this number is the one that
/// shows the rows in the BI views, so no view need be counted.
/// </summary>
internal sealed class Watermark : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(long At, long Position)> _steps = [];
    private Task _watching = Task.CompletedTask;
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _position;

    private Watermark(NpgsqlDataSource database) => _database = database;

    /// <summary>The last number of the log that is visible.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>How often it looks: often where moments count, seldom where looking would take from what is measured.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromMilliseconds(2);

    public static async Task<Watermark> StartAsync(NpgsqlDataSource database)
    {
        var watermark = new Watermark(database);
        var connection = await database.OpenConnectionAsync();
        watermark._watching = Task.Run(() => watermark.WatchAsync(connection));
        return watermark;
    }

    /// <summary>When a position became visible, by <see cref="Stopwatch"/>; null where it has not.</summary>
    public long? VisibleAt(long position)
    {
        lock (_steps)
        {
            var (low, high) = (0, _steps.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (_steps[middle].Position < position) low = middle + 1;
                else high = middle;
            }

            return low < _steps.Count ? _steps[low].At : null;
        }
    }

    public async Task WaitAsync(long position, TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        try
        {
            while (true)
            {
                var moved = Volatile.Read(ref _moved).Task;
                if (Position >= position) return;
                await moved.WaitAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{position - Position:N0} events are not visible after {limit.TotalSeconds:0} s.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync(NpgsqlConnection connection)
    {
        await using (connection)
        {
            await using var read = new NpgsqlCommand("select last_seq_id from events.mt_event_progression where name = 'Scans:All'", connection);
            await read.PrepareAsync();
            while (!_stop.IsCancellationRequested)
            {
                if (await read.ExecuteScalarAsync() is long position && position > _position)
                {
                    lock (_steps) _steps.Add((Stopwatch.GetTimestamp(), position));
                    Volatile.Write(ref _position, position);
                    Interlocked.Exchange(ref _moved, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
                }

                await Task.Delay(Every);
            }
        }
    }
}
