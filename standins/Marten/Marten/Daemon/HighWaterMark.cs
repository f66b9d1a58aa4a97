namespace Marten.Daemon;

/// <summary>The sequence up to which every event is known, and a way to wait until it has moved.</summary>
internal sealed class HighWaterMark
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _value;

    public long Value => Volatile.Read(ref _value);

    public void MoveTo(long value)
    {
        TaskCompletionSource moved;
        lock (_lock)
        {
            if (value <= _value)
            {
                return;
            }

            _value = value;
            moved = _moved;
            _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        moved.SetResult();
    }

    public async Task WaitUntilAboveAsync(long position, CancellationToken ct)
    {
        while (true)
        {
            Task moved;
            lock (_lock)
            {
                if (_value > position)
                {
                    return;
                }

                moved = _moved.Task;
            }

            await moved.WaitAsync(ct).ConfigureAwait(false);
        }
    }
}
