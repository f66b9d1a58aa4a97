using MassTransit;
using Npgsql;
using QrPlatform.Contracts.Projections;

namespace QrPlatform.Projection.Advances;

/// <summary>
/// Tells the bus that the projection moved, after each commit but at most ten times a second. It listens on a connection of its own, so that
/// the daemon neither waits for the broker nor knows of it. A notice that cannot be delivered is dropped: the next one says more.
/// </summary>
internal sealed partial class AdvancePublisher(NpgsqlDataSource database, IBus bus, TimeProvider clock, ILogger<AdvancePublisher> logger) : BackgroundService
{
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(100), Patience = TimeSpan.FromSeconds(2);

    private readonly HashSet<string> _tenants = new(StringComparer.Ordinal);
    private long _position;
    private bool _anyTenant;

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
        connection.Notification += (_, notification) => Note(notification.Payload);
        await using (var listen = new NpgsqlCommand($"listen {AdvanceNotice.Channel}", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);

        while (true)
        {
            await connection.WaitAsync(cancellationToken);
            while (connection.Wait(1)) { } // whatever else has come, also during the last pause
            if (_position == 0) continue;
            await PublishAsync(cancellationToken);
            await Task.Delay(Apart, clock, cancellationToken);
        }
    }

    private void Note(string payload)
    {
        if (AdvanceNotice.Decode(payload) is not { } notice || notice.Origin != AdvanceNotice.Here) return;
        _position = Math.Max(_position, notice.Position);
        _tenants.UnionWith(notice.Tenants);
        _anyTenant |= notice.Tenants.Count == 0;
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        var message = new ProjectionAdvanced { Position = _position, Tenants = _anyTenant ? [] : [.. _tenants] };
        (_position, _anyTenant) = (0, false);
        _tenants.Clear();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await bus.Publish(message, limit.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is not OutOfMemoryException)
        {
            Log.NotPublished(logger, exception.GetType().Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Lost the connection that hears of the projection's steps ({Reason}); connecting again")]
        public static partial void NotListening(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Warning, "The broker took no notice of the projection's step ({Fault}); live views look for themselves")]
        public static partial void NotPublished(ILogger logger, string fault);
    }
}
