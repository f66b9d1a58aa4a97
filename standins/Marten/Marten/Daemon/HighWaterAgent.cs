using Microsoft.Extensions.Logging;

namespace Marten.Daemon;

/// <summary>Keeps the high water mark moving: woken by appends, and looking by itself in case a notification was lost.</summary>
internal sealed partial class HighWaterAgent(DocumentStore store, ILogger logger)
{
    private readonly HighWaterDetector _detector = new(store, logger);
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private CancellationTokenSource? _stop;
    private Task _run = Task.CompletedTask;

    public HighWaterMark Mark { get; } = new();

    public void Start()
    {
        if (_stop is not null)
        {
            return;
        }

        _stop = new CancellationTokenSource();
        var ct = _stop.Token;
        _run = Task.Run(() => RunAsync(ct), CancellationToken.None);
    }

    public void Cancel() => _stop?.Cancel();

    public async Task StopAsync()
    {
        if (_stop is null)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        _stop.Dispose();
        _stop = null;
    }

    /// <summary>Looks until there is no more to find at once, and returns the mark.</summary>
    public async Task<long> CatchUpAsync(CancellationToken ct)
    {
        while (await DetectAsync(ct).ConfigureAwait(false))
        {
        }

        return Mark.Value;
    }

    private async Task RunAsync(CancellationToken ct)
    {
        var settings = store.Options.Projections;
        var backoff = new Backoff(settings.FastPollingTime);
        using var appends = new AppendListener(store, logger);
        var listening = store.Options.EventGraph.UseListenNotifyForEventAppends ? appends.RunAsync(ct) : Task.CompletedTask;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                var moved = await DetectAsync(ct).ConfigureAwait(false);
                backoff.Reset();
                if (!moved)
                {
                    await PersistAsync(ct).ConfigureAwait(false);
                }

                if (!_detector.HasMore)
                {
                    await appends.WaitAsync(moved || _detector.IsHeldUp ? settings.FastPollingTime : settings.SlowPollingTime, ct)
                        .ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                var pause = backoff.Next();
                Log.CannotLook(logger, e, pause.TotalMilliseconds);
                await Task.WhenAny(Task.Delay(pause, ct)).ConfigureAwait(false);
            }
        }

        await listening.ConfigureAwait(false);
    }

    /// <returns>Whether the mark moved.</returns>
    private async Task<bool> DetectAsync(CancellationToken ct)
    {
        await _oneAtATime.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var before = Mark.Value;

            // The projections go first; the row is for other processes and for the next start.
            Mark.MoveTo(await _detector.DetectAsync(before, ct).ConfigureAwait(false));
            var moved = Mark.Value > before;
            if (moved)
            {
                await _detector.PersistNowAndThenAsync(Mark.Value, ct).ConfigureAwait(false);
            }

            return moved;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task PersistAsync(CancellationToken ct)
    {
        await _oneAtATime.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await _detector.PersistAsync(Mark.Value, ct).ConfigureAwait(false);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(20, LogLevel.Warning, "Cannot look for new events; trying again in {Pause} ms")]
        public static partial void CannotLook(ILogger logger, Exception e, double pause);
    }
}
