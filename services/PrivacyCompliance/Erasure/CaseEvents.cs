using QrPlatform.Contracts.Erasure;

namespace QrPlatform.PrivacyCompliance.Erasure;

/// <summary>A request came in.</summary>
public sealed record ErasureRequested(string Reason, string? Reference, string RequestedBy, DateTimeOffset At, DateTimeOffset Deadline);

/// <summary>It may be carried out.</summary>
public sealed record ErasureApproved(string By, DateTimeOffset At);

/// <summary>A step was begun, or asked for once more.</summary>
public sealed record ErasureStepStarted(ErasureStep Step, DateTimeOffset At);

/// <summary>A step is done; a verification has found nothing.</summary>
public sealed record ErasureStepFinished(ErasureStep Step, IReadOnlyDictionary<string, long> Counts, DateTimeOffset At);

/// <summary>A step could not be done this time.</summary>
public sealed record ErasureStepFailed(ErasureStep Step, string Reason, DateTimeOffset At);

/// <summary>A verification has found something: the steps from <paramref name="From"/> on are done again.</summary>
public sealed record ErasureRepeated(ErasureStep From, ErasureStep Because, IReadOnlyDictionary<string, long> Found, DateTimeOffset At);

/// <summary>The case waits for a person: the step fails again and again.</summary>
public sealed record ErasureGaveUp(ErasureStep Step, string Reason, DateTimeOffset At);

/// <summary>Somebody has seen to it, and the case goes on.</summary>
public sealed record ErasureResumed(string By, DateTimeOffset At);

/// <summary>Every store was searched, and nothing was found.</summary>
public sealed record ErasureCompleted(DateTimeOffset At);
