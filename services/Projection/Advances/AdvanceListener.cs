using Npgsql;

namespace QrPlatform.Projection.Advances;

/// <summary>Wants to know of every page of this process that was committed.</summary>
internal interface IAdvanceReader
{
    /// <summary>Takes note of a page; must not wait for anything.</summary>
    void Note(CommittedPage page);
}

/// <summary>A page of this process, and when its commit was heard of, which is within a millisecond or two.</summary>
internal sealed record CommittedPage(AdvanceNotice Notice, DateTimeOffset At);

/// <summary>
/// Hears of this process's pages when they are committed, on a connection of its own, so that the daemon neither waits for whoever wants to
/// know nor knows of them.
/// </summary>
internal sealed partial class AdvanceListener(
    NpgsqlDataSource database, IEnumerable<IAdvanceReader> readers, TimeProvider clock, ILogger<AdvanceListener> logger) : BackgroundService
{
    private readonly IAdvanceReader[] _readers = [.. readers];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException)
            {
                Log.NotListening(logger, exception.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notification) => Tell(notification.Payload);
        await using (var listen = new NpgsqlCommand($"listen {AdvanceNotice.Channel}", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);
        while (true) await connection.WaitAsync(cancellationToken);
    }

    private void Tell(string payload)
    {
        if (AdvanceNotice.Decode(payload) is not { } notice || notice.Origin != AdvanceNotice.Here) return;
        var page = new CommittedPage(notice, clock.GetUtcNow());
        foreach (var reader in _readers) reader.Note(page);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Lost the connection that hears of the projection's steps ({Reason}); connecting again")]
        public static partial void NotListening(ILogger logger, string reason);
    }
}
