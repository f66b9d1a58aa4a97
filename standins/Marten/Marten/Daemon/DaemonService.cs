using JasperFx.Events.Daemon;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Marten.Daemon;

/// <summary>Runs the daemon in a host.</summary>
internal sealed partial class DaemonService(DocumentStore store, DaemonMode mode, ILogger logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var daemon = store.BuildDaemon(logger);
        try
        {
            await WaitForStorageAsync(stoppingToken).ConfigureAwait(false);
            await Task.WhenAll(store.Options.Projections.Async.Select(p => RunAsync(daemon, p, stoppingToken))).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Log.Stopping(logger);
        }
        finally
        {
            await daemon.StopAllAsync().ConfigureAwait(false);
        }
    }

    private async Task RunAsync(ProjectionDaemon daemon, Shard projection, CancellationToken ct)
    {
        if (mode == DaemonMode.HotCold)
        {
            await new Leadership(store, daemon, projection, logger).RunAsync(ct).ConfigureAwait(false);
            return;
        }

        await daemon.StartAsync(projection).ConfigureAwait(false);
        await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(false);
    }

    /// <summary>The database may come up after this process.</summary>
    private async Task WaitForStorageAsync(CancellationToken ct)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(250));
        while (true)
        {
            try
            {
                await store.Schema.EnsureAsync(ct).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                var pause = backoff.Next();
                Log.NoStorage(logger, e, pause.TotalMilliseconds);
                await Task.Delay(pause, ct).ConfigureAwait(false);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(50, LogLevel.Warning, "The event store's tables cannot be made or checked; trying again in {Pause} ms")]
        public static partial void NoStorage(ILogger logger, Exception e, double pause);

        [LoggerMessage(51, LogLevel.Information, "The projections are stopping with the host")]
        public static partial void Stopping(ILogger logger);
    }
}
