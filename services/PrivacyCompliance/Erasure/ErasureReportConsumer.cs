using MassTransit;
using QrPlatform.Contracts.Erasure;

namespace QrPlatform.PrivacyCompliance.Erasure;

/// <summary>Takes the reports of the stores' owners.</summary>
internal sealed class ErasureReportConsumer(ErasureProcess process) : IConsumer<ErasureReport>
{
    public Task Consume(ConsumeContext<ErasureReport> context) => process.TakeReportAsync(context.Message, context.CancellationToken);
}
