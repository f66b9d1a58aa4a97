using MassTransit;
using Microsoft.Extensions.Logging;
using QrPlatform.Contracts.Erasure;
using QrPlatform.Keys;
using QrPlatform.ServiceDefaults.Messaging;

namespace QrPlatform.ErasedPersons;

/// <summary>What a step did, and what it found out about the person (null: nothing).</summary>
public sealed record StepOutcome(IReadOnlyDictionary<string, long> Counts, ErasedPerson? Person = null)
{
    /// <summary>A step that did one kind of thing.</summary>
    public static StepOutcome Of(string name, long count) => new(new Dictionary<string, long> { [name] = count });
}

/// <summary>
/// How every owner of a store takes an order: opens it, does its work, and reports. An order of a completed case cannot be opened and is
/// dropped. A dependency that is away is waited for with the message in hand; any other fault is reported, so that the case shows it.
/// </summary>
public sealed partial class ErasureAnswer(KeyDirectory keys, ILogger<ErasureAnswer> logger)
{
    /// <summary>Takes an order.</summary>
    public async Task GiveAsync(
        ConsumeContext context, ErasureOrder order, Func<ErasedPerson, CaseSecret, Task<StepOutcome>> work)
    {
        if (CaseSecret.Find(keys, order.CaseId) is not { } secret)
        {
            Log.Completed(logger, order.CaseId, order.Step);
            return;
        }

        await context.Publish(await ReportAsync(order, secret, work), context.CancellationToken);
    }

    private async Task<ErasureReport> ReportAsync(ErasureOrder order, CaseSecret secret, Func<ErasedPerson, CaseSecret, Task<StepOutcome>> work)
    {
        var report = new ErasureReport { CaseId = order.CaseId, TenantId = order.TenantId, Step = order.Step, Counts = new Dictionary<string, long>() };
        try
        {
            var outcome = await work(secret.Open(order), secret);
            return report with { Counts = outcome.Counts, SealedPerson = outcome.Person is { } person ? secret.Seal(person) : null };
        }
        catch (Exception exception) when (!Outage.IsOne(exception))
        {
            // Its text may quote a row.
            Log.Failed(logger, order.Step, order.CaseId, exception.GetType().Name, exception.TargetSite?.Name);
            return report with { Fault = exception.GetType().Name };
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Case {CaseId} is completed; its order {Step} is dropped")]
        public static partial void Completed(ILogger logger, Guid caseId, ErasureStep step);

        [LoggerMessage(2, LogLevel.Error, "Step {Step} of erasure case {CaseId} failed with {ExceptionType} in {Method}")]
        public static partial void Failed(ILogger logger, ErasureStep step, Guid caseId, string exceptionType, string? method);
    }
}
