namespace QrPlatform.Ingestion.Dispatch;

/// <summary>
/// A batch that waits for the broker. Whoever comes first decides: the dispatcher takes it, or the request that waits gives it up, after
/// which it is never published.
/// </summary>
internal sealed class PendingBatch(SealedBatch content)
{
    private const int Waiting = 0, Taken = 1, GivenUp = 2;
    private readonly TaskCompletionSource<bool> _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    public SealedBatch Content { get; } = content;

    /// <summary>True as soon as the broker has it on disk, false when it has not confirmed.</summary>
    public Task<bool> Confirmed => _confirmed.Task;

    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

    public bool TryGiveUp() => Interlocked.CompareExchange(ref _state, GivenUp, Waiting) == Waiting;

    public void Complete(bool confirmed) => _confirmed.TrySetResult(confirmed);
}
