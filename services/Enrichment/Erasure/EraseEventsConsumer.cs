using MassTransit;
using QrPlatform.Contracts.Erasure;
using QrPlatform.ErasedPersons;

namespace QrPlatform.Enrichment.Erasure;

/// <summary>Does the event store's steps of an erasure.</summary>
internal sealed class EraseEventsConsumer(EventStoreErasure erasure, EventStoreVerification verification, ErasureAnswer answer) : IConsumer<EraseEvents>
{
    public Task Consume(ConsumeContext<EraseEvents> context)
    {
        var (order, cancellation) = (context.Message.Order, context.CancellationToken);
        return answer.GiveAsync(context, order, (person, secret) => order.Step switch
        {
            ErasureStep.Sessions => erasure.FindSessionsAsync(order.TenantId, person, cancellation),
            ErasureStep.EventStore => erasure.EraseAsync(order.TenantId, person, secret, cancellation),
            ErasureStep.VerifyEventStore => verification.SearchAsync(order.TenantId, person, cancellation),
            _ => throw new ArgumentOutOfRangeException(nameof(context), order.Step, "This step is another owner's."),
        });
    }
}
