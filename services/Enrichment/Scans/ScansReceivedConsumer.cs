using MassTransit;
using QrPlatform.Contracts.Scans;

namespace QrPlatform.Enrichment.Scans;

/// <summary>
/// Processes a message's batches, then tells the door what became of them, and only then is the message acknowledged.
/// </summary>
internal sealed class ScansReceivedConsumer(ProcessScans processScans) : IConsumer<ScansReceived>
{
    public async Task Consume(ConsumeContext<ScansReceived> context)
    {
        var processed = await processScans.HandleAsync(context.Message, context.CancellationToken);
        await context.Publish(processed, context.CancellationToken);
    }
}
