using MassTransit;
using QrPlatform.Contracts.Erasure;
using QrPlatform.ErasedPersons;

namespace QrPlatform.Projection.Erasure;

/// <summary>Does the read models' steps of an erasure.</summary>
internal sealed class EraseReadModelsConsumer(ReadModelErasure readModels, ErasureAnswer answer) : IConsumer<EraseReadModels>
{
    public Task Consume(ConsumeContext<EraseReadModels> context)
    {
        var (order, cancellation) = (context.Message.Order, context.CancellationToken);
        return answer.GiveAsync(context, order, (person, secret) => order.Step switch
        {
            ErasureStep.ReadModels => readModels.FollowAsync(order.TenantId, secret, cancellation),
            ErasureStep.VerifyReadModels => readModels.SearchAsync(person, cancellation),
            _ => throw new ArgumentOutOfRangeException(nameof(context), order.Step, "This step is another owner's."),
        });
    }
}
