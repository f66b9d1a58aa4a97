using System.Text.Json.Serialization;
using QrPlatform.Contracts.Erasure;

namespace QrPlatform.PrivacyCompliance.Erasure;

/// <summary>A case as the API shows it. It names no person.</summary>
internal sealed record CaseAnswer(
    Guid Id,
    string Status,
    string Reason,
    string? Reference,
    string RequestedBy,
    DateTimeOffset RequestedAt,
    string? ApprovedBy,
    DateTimeOffset Deadline,
    string DeadlineSource,
    DateTimeOffset? CompletedAt,
    string? FailedBecause,
    IReadOnlyList<StepAnswer> Steps,
    IReadOnlyDictionary<string, long> Counts,
    VerificationAnswer Verification)
{
    public static CaseAnswer Of(ErasureCase found) => new(
        found.Id,
        CaseNames.Of(found.Status),
        found.Reason,
        found.Reference,
        found.RequestedBy,
        found.RequestedAt,
        found.ApprovedBy,
        found.Deadline,
        ErasureDeadline.Source,
        found.CompletedAt,
        found.FailedBecause,
        [.. found.Steps.Select(StepAnswer.Of)],
        found.Steps.Where(step => step is { Step: < ErasureStep.VerifySubjectKeys, Counts: not null })
            .SelectMany(step => step.Counts!, (step, count) => ($"{CaseNames.Of(step.Step)}.{count.Key}", count.Value))
            .ToDictionary(count => count.Item1, count => count.Value),
        VerificationAnswer.Of(found));
}

/// <summary>A step: <c>pending</c>, <c>running</c>, <c>finished</c>, or <c>failing</c> where its last attempt failed and there will be another.</summary>
internal sealed record StepAnswer(
    string Name,
    string State,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    int Attempts,
    IReadOnlyDictionary<string, long> Counts,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? LastFailure)
{
    public static StepAnswer Of(CaseStep step) => new(
        CaseNames.Of(step.Step),
        step switch
        {
            { FinishedAt: not null } => "finished",
            { LastFailure: not null } => "failing",
            { StartedAt: not null } => "running",
            _ => "pending",
        },
        step.StartedAt,
        step.FinishedAt,
        step.Attempts,
        step.Counts ?? new Dictionary<string, long>(),
        step.LastFailure);
}

/// <summary>What the search of all stores came to: <c>clean</c>, <c>found</c> or <c>pending</c>.</summary>
internal sealed record VerificationAnswer(string Result, DateTimeOffset? FinishedAt, IReadOnlyDictionary<string, long> Found)
{
    private const string Prefix = "verify_";

    public static VerificationAnswer Of(ErasureCase found)
    {
        var steps = found.Steps.Where(step => step.Step >= ErasureStep.VerifySubjectKeys).ToList();
        var left = steps.Where(step => step.Counts is not null)
            .SelectMany(step => step.Counts!, (step, count) => (Name: $"{CaseNames.Of(step.Step)[Prefix.Length..]}: {count.Key}", count.Value))
            .Where(count => count.Value > 0)
            .ToDictionary(count => count.Name, count => count.Value);
        var result = left.Count > 0 ? "found" : steps.TrueForAll(step => step.FinishedAt is not null) ? "clean" : "pending";
        return new VerificationAnswer(result, result == "clean" ? steps.Max(step => step.FinishedAt) : null, left);
    }
}
