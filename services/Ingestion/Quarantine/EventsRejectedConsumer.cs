using MassTransit;

namespace QrPlatform.Ingestion.Quarantine;

/// <summary>Writes what the door refused into the quarantine.</summary>
internal sealed class EventsRejectedConsumer(QuarantineStore quarantine) : IConsumer<EventsRejected>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<EventsRejected> context) => quarantine.KeepAsync(context.Message.Events, context.CancellationToken);
}
