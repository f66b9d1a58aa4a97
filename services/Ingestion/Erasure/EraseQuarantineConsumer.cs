using MassTransit;
using QrPlatform.Contracts.Erasure;
using QrPlatform.ErasedPersons;

namespace QrPlatform.Ingestion.Erasure;

/// <summary>Does the quarantine's steps of an erasure.</summary>
internal sealed class EraseQuarantineConsumer(QuarantineErasure quarantine, ErasureAnswer answer) : IConsumer<EraseQuarantine>
{
    public Task Consume(ConsumeContext<EraseQuarantine> context)
    {
        var (order, cancellation) = (context.Message.Order, context.CancellationToken);
        return answer.GiveAsync(context, order, (person, secret) => order.Step switch
        {
            ErasureStep.Quarantine => quarantine.EraseAsync(order.TenantId, person, secret, cancellation),
            ErasureStep.VerifyQuarantine => quarantine.SearchAsync(order.TenantId, person, cancellation),
            _ => throw new ArgumentOutOfRangeException(nameof(context), order.Step, "This step is another owner's."),
        });
    }
}
