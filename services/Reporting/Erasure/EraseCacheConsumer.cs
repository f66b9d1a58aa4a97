using MassTransit;
using QrPlatform.Contracts.Erasure;
using QrPlatform.ErasedPersons;

namespace QrPlatform.Reporting.Erasure;

/// <summary>Does the cache's steps of an erasure.</summary>
internal sealed class EraseCacheConsumer(CacheErasure cache, ErasureAnswer answer) : IConsumer<EraseCache>
{
    public Task Consume(ConsumeContext<EraseCache> context)
    {
        var (order, cancellation) = (context.Message.Order, context.CancellationToken);
        return answer.GiveAsync(context, order, (person, _) => order.Step switch
        {
            ErasureStep.Cache => cache.EraseAsync(order.TenantId, cancellation),
            ErasureStep.VerifyCache => cache.SearchAsync(person, cancellation),
            _ => throw new ArgumentOutOfRangeException(nameof(context), order.Step, "This step is another owner's."),
        });
    }
}
