namespace QrPlatform.Enrichment.Pipeline;

/// <summary>What a step decides on an event: go on, or end here for a reason.</summary>
internal readonly record struct StepResult(EndReason? End)
{
    public static StepResult Continue => default;

    public static implicit operator StepResult(EndReason reason) => new(reason);
}
