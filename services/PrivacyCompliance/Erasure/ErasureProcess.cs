using Marten;
using MassTransit;
using Microsoft.Extensions.Options;
using QrPlatform.Contracts.Erasure;
using QrPlatform.ErasedPersons;
using QrPlatform.Keys;
using QrPlatform.PrivacyCompliance.Audit;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.PrivacyCompliance.Erasure;

/// <summary>
/// Drives cases, one step at a time: does the own steps, orders the others from the owners of the stores, and takes their reports. All that
/// it knows is in the case's stream, so it goes on after any crash where it was; every step can be done again.
/// </summary>
internal sealed partial class ErasureProcess(
    IDocumentStore store, SubjectErasure subjects, LogSearch logs, IBus bus, KeyDirectory keys, IOptions<ErasureOptions> options, TimeProvider time,
    ILogger<ErasureProcess> logger)
{
    /// <summary>Failures of one step, and findings of the verification, after which somebody must see to the case.</summary>
    public const int MostFailures = 5;

    private static readonly TimeSpan PublishWithin = TimeSpan.FromSeconds(10);
    private static readonly string SetStatusSql = EmbeddedSql.Read<ErasureProcess>("SetStatus.sql");
    private static readonly string CompleteSql = EmbeddedSql.Read<ErasureProcess>("CompleteCase.sql");

    // Which step undoes what a verification finds.
    private static readonly Dictionary<ErasureStep, ErasureStep> Repairs = new()
    {
        [ErasureStep.VerifySubjectKeys] = ErasureStep.SubjectKeys,
        [ErasureStep.VerifyEventStore] = ErasureStep.Sessions,
        [ErasureStep.VerifyQuarantine] = ErasureStep.Quarantine,
        [ErasureStep.VerifyReadModels] = ErasureStep.ReadModels,
        [ErasureStep.VerifyCache] = ErasureStep.Cache,
        [ErasureStep.VerifyLogs] = ErasureStep.VerifyLogs,
    };

    /// <summary>Goes on with a case as far as it goes without waiting for somebody.</summary>
    public async Task AdvanceAsync(string tenantId, Guid caseId, CancellationToken cancellationToken)
    {
        while (await ReadAsync(tenantId, caseId, cancellationToken) is { IsRunning: true } found)
        {
            if (found.Current is not { } step)
            {
                await CompleteAsync(tenantId, caseId, cancellationToken);
                return;
            }

            if (Own(step.Step, tenantId, caseId, cancellationToken) is not { } work)
            {
                await OrderAsync(tenantId, caseId, step, cancellationToken);
                return;
            }

            if (IsTooEarly(step) || !await StartAsync(tenantId, caseId, step.Step, cancellationToken)) return;
            await TakeOutcomeAsync(tenantId, caseId, step.Step, await TryAsync(work, caseId, step.Step), cancellationToken);
        }
    }

    /// <summary>Takes an owner's report. One that comes again, or too late, changes nothing.</summary>
    public async Task TakeReportAsync(ErasureReport report, CancellationToken cancellationToken)
    {
        if (await ReadAsync(report.TenantId, report.CaseId, cancellationToken) is not { IsRunning: true } found || found.Current?.Step != report.Step) return;
        var outcome = report.Fault is { } fault
            ? new Outcome(null, fault)
            : await TryAsync(() => LearnAsync(report, cancellationToken), report.CaseId, report.Step);
        await TakeOutcomeAsync(report.TenantId, report.CaseId, report.Step, outcome, cancellationToken);
        await AdvanceAsync(report.TenantId, report.CaseId, cancellationToken);
    }

    private Func<Task<StepOutcome>>? Own(ErasureStep step, string tenantId, Guid caseId, CancellationToken cancellationToken) => step switch
    {
        ErasureStep.SubjectKeys => () => subjects.EraseVisitorAsync(tenantId, caseId, cancellationToken),
        ErasureStep.VerifySubjectKeys => () => subjects.SearchAsync(tenantId, caseId, cancellationToken),
        ErasureStep.VerifyLogs => async () => await logs.SearchAsync(await subjects.PersonAsync(caseId, cancellationToken), cancellationToken),
        _ => null,
    };

    // The sessions that the event store found are suppressed before it erases them, or they would be stored anew.
    private async Task<StepOutcome> LearnAsync(ErasureReport report, CancellationToken cancellationToken) =>
        report is { Step: ErasureStep.Sessions, SealedPerson: { } box } && CaseSecret.Find(keys, report.CaseId) is { } secret
            ? await subjects.EraseSessionsAsync(report.TenantId, report.CaseId, secret.Open(box), cancellationToken)
            : new StepOutcome(report.Counts);

    private async Task OrderAsync(string tenantId, Guid caseId, CaseStep step, CancellationToken cancellationToken)
    {
        if (IsTooEarly(step) || !await StartAsync(tenantId, caseId, step.Step, cancellationToken)) return;
        if (CaseSecret.Find(keys, caseId) is not { } secret)
        {
            await TakeOutcomeAsync(tenantId, caseId, step.Step, new Outcome(null, "CaseKeyMissing"), cancellationToken);
            return;
        }

        var person = await subjects.PersonAsync(caseId, cancellationToken);
        var order = new ErasureOrder { CaseId = caseId, TenantId = tenantId, Step = step.Step, SealedPerson = secret.Seal(person) };

        // A broker that is away holds up this case, not the others; it is asked again later.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(PublishWithin);
        await bus.Publish(Message(order), deadline.Token);
    }

    private static object Message(ErasureOrder order) => order.Step switch
    {
        ErasureStep.Sessions or ErasureStep.EventStore or ErasureStep.VerifyEventStore => new EraseEvents { Order = order },
        ErasureStep.Quarantine or ErasureStep.VerifyQuarantine => new EraseQuarantine { Order = order },
        ErasureStep.ReadModels or ErasureStep.VerifyReadModels => new EraseReadModels { Order = order },
        ErasureStep.Cache or ErasureStep.VerifyCache => new EraseCache { Order = order },
        _ => throw new ArgumentOutOfRangeException(nameof(order), order.Step, "This step is nobody else's."),
    };

    private bool IsTooEarly(CaseStep step) =>
        step.AskedAt is { } asked && time.GetUtcNow() - asked < options.Value.AskAgainAfter * (1 << Math.Clamp(step.Attempts - 1, 0, 4));

    private async Task<bool> StartAsync(string tenantId, Guid caseId, ErasureStep step, CancellationToken cancellationToken) =>
        await AppendAsync(tenantId, caseId, (found, session) => found.Current?.Step == step ? [new ErasureStepStarted(step, time.GetUtcNow())] : [], cancellationToken);

    private async Task<Outcome> TryAsync(Func<Task<StepOutcome>> work, Guid caseId, ErasureStep step)
    {
        try
        {
            return new Outcome((await work()).Counts, null);
        }
        catch (Exception exception) when (!ServiceDefaults.Messaging.Outage.IsOne(exception))
        {
            // Its text may quote a row.
            Log.Failed(logger, step, caseId, exception.GetType().Name);
            return new Outcome(null, exception.GetType().Name);
        }
    }

    private Task TakeOutcomeAsync(string tenantId, Guid caseId, ErasureStep step, Outcome outcome, CancellationToken cancellationToken) =>
        AppendAsync(tenantId, caseId, (found, session) => Events(found, session, step, outcome), cancellationToken);

    private List<object> Events(ErasureCase found, IDocumentOperations session, ErasureStep step, Outcome outcome)
    {
        if (found.Current is not { } current || current.Step != step) return [];
        var now = time.GetUtcNow();
        if (outcome.Fault is { } fault)
        {
            List<object> failed = [new ErasureStepFailed(step, fault, now)];
            if (current.Failures + 1 >= MostFailures) failed.Add(GiveUp(session, found.Id, step, $"{CaseNames.Of(step)} failed {MostFailures} times, last with {fault}.", now));
            return failed;
        }

        var counts = outcome.Counts!;
        if (step < ErasureStep.VerifySubjectKeys || counts.Values.Sum() == 0)
        {
            // The first verification begins when the last store is erased.
            if (step == ErasureStep.Cache) session.QueueSqlCommand(SetStatusSql, CaseNames.Of(ErasureStatus.Verifying), found.Id);
            return [new ErasureStepFinished(step, counts, now)];
        }

        List<object> again = [new ErasureRepeated(Repairs[step], step, counts, now)];
        if (found.Repetitions + 1 >= MostFailures)
        {
            var places = string.Join(", ", counts.Where(count => count.Value > 0).Select(count => $"{count.Key} ({count.Value})"));
            again.Add(GiveUp(session, found.Id, step, $"{CaseNames.Of(step)} still finds the person: {places}.", now));
        }

        return again;
    }

    private static ErasureGaveUp GiveUp(IDocumentOperations session, Guid caseId, ErasureStep step, string reason, DateTimeOffset now)
    {
        session.QueueSqlCommand(SetStatusSql, CaseNames.Of(ErasureStatus.Failed), caseId);
        AuditLog.Add(session, now, AuditLog.Platform, "erasure.fail", caseId, CaseNames.Of(step));
        return new ErasureGaveUp(step, reason, now);
    }

    private async Task CompleteAsync(string tenantId, Guid caseId, CancellationToken cancellationToken)
    {
        // Before it is said: nothing that is left to do needs the key, and whoever reads "completed" may rely on its being gone.
        CaseSecret.Destroy(keys, caseId);
        var completed = await AppendAsync(tenantId, caseId, (found, session) =>
        {
            if (found is not { IsRunning: true, Current: null }) return [];
            var now = time.GetUtcNow();
            session.QueueSqlCommand(CompleteSql, CaseNames.Of(ErasureStatus.Completed), caseId);
            AuditLog.Add(session, now, AuditLog.Platform, "erasure.complete", caseId, "completed");
            return [new ErasureCompleted(now)];
        }, cancellationToken);
        if (completed) Log.Completed(logger, caseId);
    }

    private async Task<ErasureCase?> ReadAsync(string tenantId, Guid caseId, CancellationToken cancellationToken)
    {
        await using var session = store.QuerySession(tenantId);
        return await session.Events.AggregateStreamAsync<ErasureCase>(caseId, token: cancellationToken);
    }

    /// <summary>Appends what is decided from the case as it is; false where that is nothing, or somebody else went on with the case meanwhile.</summary>
    private async Task<bool> AppendAsync(
        string tenantId, Guid caseId, Func<ErasureCase, IDocumentOperations, IReadOnlyList<object>> decide, CancellationToken cancellationToken)
    {
        await using var session = store.LightweightSession(tenantId);
        var stream = await session.Events.FetchForWriting<ErasureCase>(caseId, cancellationToken);
        if (stream.Aggregate is not { } found || decide(found, session) is not { Count: > 0 } events) return false;
        stream.AppendMany(events);
        try
        {
            await session.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (JasperFx.ConcurrencyException)
        {
            Log.Overtaken(logger, caseId);
            return false;
        }
    }

    private sealed record Outcome(IReadOnlyDictionary<string, long>? Counts, string? Fault);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Step {Step} of erasure case {CaseId} failed with {ExceptionType}")]
        public static partial void Failed(ILogger logger, ErasureStep step, Guid caseId, string exceptionType);

        [LoggerMessage(2, LogLevel.Information, "Erasure case {CaseId} is completed")]
        public static partial void Completed(ILogger logger, Guid caseId);

        [LoggerMessage(3, LogLevel.Debug, "Erasure case {CaseId} went on elsewhere")]
        public static partial void Overtaken(ILogger logger, Guid caseId);
    }
}
