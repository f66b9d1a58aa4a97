namespace Aspire.Hosting.Native;

/// <summary>A process that must run beside a resource's own, and is started again at once when it ends.</summary>
internal sealed class Companion
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private SupervisedProcess _process;

    public Companion(ProcessSpecification specification, RunContext context)
    {
        var log = context.LogOf(specification.Name);
        _process = SupervisedProcess.Start(specification, context.Run, log);
        _running = KeepRunningAsync(specification, context, log);
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _process.StopAsync(TimeSpan.FromSeconds(1), CancellationToken.None).ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task KeepRunningAsync(ProcessSpecification specification, RunContext context, ConsoleLog log)
    {
        try
        {
            while (true)
            {
                await _process.Exited.ConfigureAwait(false);
                await Task.Delay(TimeSpan.FromMilliseconds(200), context.Time, _stopping.Token).ConfigureAwait(false);
                _process = SupervisedProcess.Start(specification, context.Run, log);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }
}
