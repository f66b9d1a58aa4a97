using System.Threading.Channels;
using MassTransit;
using QrPlatform.Contracts.Scans;
using QrPlatform.Ingestion.Ledger;
using QrPlatform.Ingestion.Quarantine;

namespace QrPlatform.Ingestion.Dispatch;

/// <summary>
/// Publishes what requests bring, as few messages as possible: a few publishers run side by side, and each takes whatever waits when the
/// broker has confirmed its last message, across requests and tenants. A lone request leaves at once; under load batches grow by themselves.
/// </summary>
internal sealed partial class ScanDispatcher(IBus bus, ReceiptWriter receipts, TimeProvider clock, ILogger<ScanDispatcher> logger) : BackgroundService
{
    /// <summary>How long a request waits for the broker.</summary>
    public static readonly TimeSpan ConfirmWithin = TimeSpan.FromSeconds(5);

    private const int Publishers = 6;
    private const int EventsPerMessage = 500;
    private const int BytesPerMessage = 1024 * 1024;

    // Bounds memory while the broker is slow: beyond it requests are told to come again.
    private readonly Channel<PendingBatch> _pending = Channel.CreateBounded<PendingBatch>(4096);

    /// <summary>Waits until the broker has confirmed the batch; false where it has not within <see cref="ConfirmWithin"/>.</summary>
    public async Task<bool> SendAsync(SealedBatch batch)
    {
        var pending = new PendingBatch(batch);
        if (!_pending.Writer.TryWrite(pending)) return false;
        try
        {
            return await pending.Confirmed.WaitAsync(ConfirmWithin, clock);
        }
        catch (TimeoutException)
        {
            // Once taken it may be on its way: its publisher has a deadline of its own, and only its answer is true.
            return !pending.TryGiveUp() && await pending.Confirmed;
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _pending.Writer.TryComplete();
        if (ExecuteTask is { } publishing) await Task.WhenAny(publishing, Task.Delay(Timeout.Infinite, cancellationToken));
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Publishers).Select(_ => Task.Run(() => PublishWaitingAsync(stoppingToken), CancellationToken.None)));

    private async Task PublishWaitingAsync(CancellationToken stoppingToken)
    {
        var group = new List<PendingBatch>();
        try
        {
            while (await _pending.Reader.WaitToReadAsync(stoppingToken))
            {
                Collect(group);
                if (group.Count == 0) continue;
                var confirmed = await TryPublishAsync(group, stoppingToken);
                foreach (var pending in group)
                {
                    if (confirmed) receipts.Note(pending.Content.Batch);
                    pending.Complete(confirmed);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Log.Stopped(logger);
        }
    }

    private void Collect(List<PendingBatch> group)
    {
        group.Clear();
        var events = 0;
        long bytes = 0;
        while (events < EventsPerMessage && bytes < BytesPerMessage && _pending.Reader.TryRead(out var pending))
        {
            if (!pending.TryTake()) continue;
            group.Add(pending);
            events += Math.Max(1, pending.Content.Batch.Accepted);
            bytes += pending.Content.Batch.SealedEvents.Length;
        }
    }

    private async Task<bool> TryPublishAsync(List<PendingBatch> group, CancellationToken stoppingToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        deadline.CancelAfter(ConfirmWithin);
        using var activity = IngestionTelemetry.StartPublishing(group);
        try
        {
            // Copies first: without them a confirmed batch would count rejected events of which nothing is kept.
            if (group.Exists(pending => pending.Content.Copies.Count > 0))
                await bus.Publish(new EventsRejected { Events = [.. group.SelectMany(pending => pending.Content.Copies)] }, deadline.Token);
            await bus.Publish(new ScansReceived { Batches = group.ConvertAll(pending => pending.Content.Batch) }, deadline.Token);
            return true;
        }
        catch (Exception exception)
        {
            // Whatever it was, the broker did not confirm, and the requests must hear so.
            Log.NotConfirmed(logger, group.Count, exception.GetType().Name);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The broker did not confirm a message with {Batches} batches: {Reason}")]
        public static partial void NotConfirmed(ILogger logger, int batches, string reason);

        [LoggerMessage(2, LogLevel.Debug, "A publisher stopped")]
        public static partial void Stopped(ILogger logger);
    }
}
