using Marten.Events;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Marten.Daemon;

/// <summary>Listens for appends on a connection of its own, and connects again for ever.</summary>
internal sealed partial class AppendListener(DocumentStore store, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _appended = new(0, 1);

    /// <summary>Returns after an append, or after <paramref name="atMost"/>.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => _appended.WaitAsync(atMost, ct);

    public async Task RunAsync(CancellationToken ct)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(250));
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await using var connection = await store.DataSource.OpenConnectionAsync(ct).ConfigureAwait(false);
                connection.Notification += (_, _) => Signal();
                await using (var listen = new NpgsqlCommand($"listen {Notifications.Channel}", connection))
                {
                    await listen.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
                }

                backoff.Reset();

                // For what was appended while nobody listened.
                Signal();
                while (true)
                {
                    await connection.WaitAsync(ct).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                var pause = backoff.Next();
                Log.NotListening(logger, e, pause.TotalMilliseconds);
                await Task.WhenAny(Task.Delay(pause, ct)).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _appended.Dispose();

    /// <summary>Only this connection's one reader calls it, so that looking and releasing need no lock.</summary>
    private void Signal()
    {
        if (_appended.CurrentCount == 0)
        {
            _appended.Release();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(30, LogLevel.Warning, "Lost the connection that hears of appends; polling, and connecting again in {Pause} ms")]
        public static partial void NotListening(ILogger logger, Exception e, double pause);
    }
}
