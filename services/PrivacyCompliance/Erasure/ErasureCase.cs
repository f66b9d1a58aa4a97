using JasperFx.Events;
using Marten.Events.Aggregation;
using QrPlatform.Contracts.Erasure;

namespace QrPlatform.PrivacyCompliance.Erasure;

/// <summary>The states of a case, in their order.</summary>
public enum ErasureStatus
{
    /// <summary>The request came in and waits for another user's approval.</summary>
    Received,

    /// <summary>Steps are being carried out.</summary>
    Erasing,

    /// <summary>The stores are being searched.</summary>
    Verifying,

    /// <summary>A step cannot proceed; somebody must see to it.</summary>
    Failed,

    /// <summary>Nothing of the person was found anywhere.</summary>
    Completed,
}

/// <summary>A step of a case.</summary>
/// <param name="Step">Which.</param>
/// <param name="StartedAt">When it was first begun; null: not yet.</param>
/// <param name="AskedAt">When its owner was last asked.</param>
/// <param name="FinishedAt">When it was done; null: not yet.</param>
/// <param name="Attempts">How often it was begun.</param>
/// <param name="Failures">How often it failed since it last went well.</param>
/// <param name="Counts">What it did.</param>
/// <param name="LastFailure">Why it failed last.</param>
public sealed record CaseStep(
    ErasureStep Step, DateTimeOffset? StartedAt, DateTimeOffset? AskedAt, DateTimeOffset? FinishedAt, int Attempts, int Failures,
    IReadOnlyDictionary<string, long>? Counts, string? LastFailure);

/// <summary>An erasure case, as its stream tells it.</summary>
public sealed record ErasureCase
{
    /// <summary>Random.</summary>
    public Guid Id { get; init; }

    /// <summary>Why the person is erased, in the officer's words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The officer's own file number.</summary>
    public string? Reference { get; init; }

    /// <summary>Who asked for it.</summary>
    public string RequestedBy { get; init; } = "";

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset RequestedAt { get; init; }

    /// <summary>By when it must be done (<see cref="ErasureDeadline"/>).</summary>
    public DateTimeOffset Deadline { get; init; }

    /// <summary>Who approved it; null: nobody yet.</summary>
    public string? ApprovedBy { get; init; }

    /// <summary>When everything was done and searched.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Why it does not go on; null while it does.</summary>
    public string? FailedBecause { get; init; }

    /// <summary>How often a verification found something and sent the case back.</summary>
    public int Repetitions { get; init; }

    /// <summary>All steps, in their order.</summary>
    public IReadOnlyList<CaseStep> Steps { get; init; } =
        [.. Enum.GetValues<ErasureStep>().Order().Select(step => new CaseStep(step, null, null, null, 0, 0, null, null))];

    /// <summary>The step that is to be done now; null where all are done.</summary>
    public CaseStep? Current => Steps.FirstOrDefault(step => step.FinishedAt is null);

    /// <summary>Where the case stands.</summary>
    public ErasureStatus Status => this switch
    {
        { CompletedAt: not null } => ErasureStatus.Completed,
        { FailedBecause: not null } => ErasureStatus.Failed,
        { ApprovedBy: null } => ErasureStatus.Received,
        { Current.Step: < ErasureStep.VerifySubjectKeys } => ErasureStatus.Erasing,
        _ => ErasureStatus.Verifying,
    };

    /// <summary>Whether the platform has something to do.</summary>
    public bool IsRunning => Status is ErasureStatus.Erasing or ErasureStatus.Verifying;

    internal ErasureCase With(ErasureStep step, Func<CaseStep, CaseStep> change) =>
        this with { Steps = [.. Steps.Select(one => one.Step == step ? change(one) : one)] };
}

/// <summary>Makes a case of its stream.</summary>
public sealed class ErasureCaseProjection : SingleStreamProjection<ErasureCase, Guid>
{
    /// <inheritdoc/>
    public override ErasureCase? Evolve(ErasureCase? snapshot, Guid id, IEvent e) => (snapshot, e.Data) switch
    {
        (null, ErasureRequested asked) => new ErasureCase
        {
            Id = id,
            Reason = asked.Reason,
            Reference = asked.Reference,
            RequestedBy = asked.RequestedBy,
            RequestedAt = asked.At,
            Deadline = asked.Deadline,
        },
        (null, _) => null,
        (_, ErasureApproved approved) => snapshot with { ApprovedBy = approved.By },
        (_, ErasureStepStarted started) => snapshot.With(
            started.Step, step => step with { StartedAt = step.StartedAt ?? started.At, AskedAt = started.At, Attempts = step.Attempts + 1 }),
        (_, ErasureStepFinished finished) => snapshot.With(
            finished.Step, step => step with { FinishedAt = finished.At, Counts = finished.Counts, Failures = 0, LastFailure = null }),
        (_, ErasureStepFailed failed) => snapshot.With(
            failed.Step, step => step with { Failures = step.Failures + 1, LastFailure = failed.Reason }),
        (_, ErasureRepeated repeated) => Repeat(snapshot, repeated),
        (_, ErasureGaveUp gaveUp) => snapshot with { FailedBecause = gaveUp.Reason },
        (_, ErasureResumed) => snapshot with
        {
            FailedBecause = null,
            Repetitions = 0,
            Steps = [.. snapshot.Steps.Select(step => step with { Failures = 0, AskedAt = null })],
        },
        (_, ErasureCompleted completed) => snapshot with { CompletedAt = completed.At },
        _ => snapshot,
    };

    private static ErasureCase Repeat(ErasureCase snapshot, ErasureRepeated repeated) => snapshot with
    {
        Repetitions = snapshot.Repetitions + 1,
        Steps = [.. snapshot.Steps.Select(step => step.Step < repeated.From ? step : step with
        {
            FinishedAt = null,
            AskedAt = null,
            Counts = step.Step == repeated.Because ? repeated.Found : step.Counts,
        })],
    };
}
