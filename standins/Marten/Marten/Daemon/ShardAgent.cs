using System.Diagnostics;
using JasperFx.Events.Daemon;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Marten.Daemon;

/// <summary>
/// Takes one projection from page to page. An error stops it at the page and is tried again with growing pauses: no event
/// is ever passed over.
/// </summary>
internal sealed partial class ShardAgent(DocumentStore store, Shard projection, HighWaterMark highWater, ILogger logger)
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Backoff _backoff = new(store.Options.Projections.AgentPauseTime);
    private Task _run = Task.CompletedTask;

    public void Start() => _run = Task.Run(() => RunAsync(_stop.Token));

    public void Cancel() => _stop.Cancel();

    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                await PauseAsync(e, ct).ConfigureAwait(false);
            }
        }
    }

    private async Task FollowAsync(CancellationToken ct)
    {
        var pages = new EventPages(store, projection, logger);
        var position = await pages.PositionAsync(ct).ConfigureAwait(false);
        while (true)
        {
            await highWater.WaitUntilAboveAsync(position, ct).ConfigureAwait(false);
            var page = await pages.LoadAsync(position, highWater.Value, ct).ConfigureAwait(false);
            await PageWriter.WriteAsync(store, projection, page, ct).ConfigureAwait(false);
            position = page.Ceiling;
            _backoff.Reset();
        }
    }

    private async Task PauseAsync(Exception e, CancellationToken ct)
    {
        var pause = _backoff.Next();
        if (e is ProgressionProgressOutOfOrderException)
        {
            // Another process is at work on it. Its pages are as good as ours.
            Log.MovedByAnother(logger, projection.Name.Identity, pause.TotalMilliseconds);
        }
        else if (e is NpgsqlException { IsTransient: true })
        {
            Log.DatabaseAway(logger, e, projection.Name.Identity, pause.TotalMilliseconds);
        }
        else
        {
            Log.PageFailed(logger, e, projection.Name.Identity, pause.TotalMilliseconds);
        }

        try
        {
            await Task.Delay(pause, ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Debug.Assert(ct.IsCancellationRequested, "Only stopping ends the pause.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Projection {Shard} was moved on by another process; looking again in {Pause} ms")]
        public static partial void MovedByAnother(ILogger logger, string shard, double pause);

        [LoggerMessage(2, LogLevel.Warning, "Projection {Shard} cannot reach the database; trying again in {Pause} ms")]
        public static partial void DatabaseAway(ILogger logger, Exception e, string shard, double pause);

        [LoggerMessage(3, LogLevel.Error, "Projection {Shard} failed on a page, which was rolled back; trying again in {Pause} ms")]
        public static partial void PageFailed(ILogger logger, Exception e, string shard, double pause);
    }
}
