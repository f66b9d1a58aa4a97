using System.Diagnostics;
using Npgsql;
using QrPlatform.Reporting.Access;

namespace QrPlatform.Reporting.Live;

/// <summary>
/// The one reader of a scope, however many clients look at it. It keeps the newest state only; a client that is slow finds the newest when
/// it comes back, and nothing waits for it.
/// </summary>
internal sealed partial class LiveFeed(ReaderScope scope, LiveNumbers numbers, TimeProvider clock, ILogger logger) : IDisposable
{
    // Between two reads at least a quarter of a second, and three times as long as the last one took: the stream never takes more than a
    // quarter of a connection. Without news, numbers still change with the clock: hours pass, days end.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(250), WithoutNews = TimeSpan.FromSeconds(15), AfterFault = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ended = new();
    private readonly SemaphoreSlim _news = new(0, 1);
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = NewChange();
    private LiveState? _state;

    /// <summary>Clients; kept by <see cref="LiveFeeds"/> under its lock.</summary>
    public int Clients { get; set; }

    public string TenantId => scope.TenantId;

    /// <summary>The position that was last read, 0 before the first read.</summary>
    public long Position { get; private set; }

    /// <summary>The newest state, and what completes when there is a newer one.</summary>
    public (LiveState? State, Task Changed) Look()
    {
        lock (_lock) return (_state, _changed.Task);
    }

    /// <summary>There is something to read; called any number of times before the next read.</summary>
    public void Nudge()
    {
        lock (_lock)
        {
            if (_news.CurrentCount == 0) _news.Release();
        }
    }

    public void Start() => _ = RunAsync(_ended.Token);

    /// <summary>Ends the reading.</summary>
    public void Dispose() => _ended.Cancel();

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            var pause = Least;
            try
            {
                Take(await numbers.ReadAsync(scope, _state, cancellationToken));
                if (Stopwatch.GetElapsedTime(started) * 3 is var long3 && long3 > pause) pause = long3;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException)
            {
                Log.NotRead(logger, exception.Message);
                pause = AfterFault;
                Nudge();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested) return;
            await ((Task)_news.WaitAsync(WithoutNews, cancellationToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Take(LiveState next)
    {
        lock (_lock)
        {
            var moved = _state is null || next.Counters != _state.Counters || next.NewestScan != _state.NewestScan;
            Position = next.Position;
            _state = next;
            if (!moved) return;
            _changed.SetResult();
            _changed = NewChange();
        }
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The live numbers could not be read and are tried again: {Reason}")]
        public static partial void NotRead(ILogger logger, string reason);
    }
}
