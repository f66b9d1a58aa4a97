using Microsoft.Extensions.Options;
using QrPlatform.ServiceDefaults.Messaging;

namespace QrPlatform.Alerting.Delivery;

/// <summary>Delivers what is due, on every instance.</summary>
internal sealed partial class DeliveryWorker(
    DeliveryQueue queue, EmailSender email, WebhookSender webhook, IOptions<AlertingOptions> options, TimeProvider clock, ILogger<DeliveryWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var count = 0;
            try
            {
                var due = await queue.ClaimAsync(stoppingToken);
                count = due.Count;
                await Task.WhenAll(due.Select(delivery => DeliverAsync(delivery, stoppingToken)));
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // The claims run out by themselves.
                if (Outage.IsOne(exception)) Log.Waiting(logger, exception.Message);
                else Log.Failed(logger, exception);
                count = 0;
            }

            if (count == 0) await Task.Delay(options.Value.Delivery.Every, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task DeliverAsync(DueDelivery delivery, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.Delivery.Timeout);
        Attempt attempt;
        try
        {
            attempt = await (delivery.Kind == "email" ? email.SendAsync(delivery, limit.Token) : webhook.SendAsync(delivery, limit.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            attempt = new Attempt.Postponed("There was no answer in time.");
        }

        if (attempt is not Attempt.Delivered) Log.NotDelivered(logger, delivery.Id, delivery.Kind, delivery.Attempts, attempt.GetType().Name);
        await queue.EndAsync(delivery, attempt, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Delivery waits: {Reason}")]
        public static partial void Waiting(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Error, "Delivery failed")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(3, LogLevel.Warning, "Message {Id} by {Kind} was not delivered at try {Attempt}: {Outcome}")]
        public static partial void NotDelivered(ILogger logger, Guid id, string kind, int attempt, string outcome);
    }
}
