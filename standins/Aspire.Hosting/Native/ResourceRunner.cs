using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Native;

/// <summary>What people may ask of a resource.</summary>
internal enum ResourceCommand
{
    Start,
    Stop,
    Restart,
}

/// <summary>Keeps one resource as it is wanted: running, which includes being started again after a crash, or stopped.</summary>
internal sealed class ResourceRunner(
    NativeProgram program, RunContext context, ResourceNotificationService notifications, RunOutput output) : IDisposable
{
    private readonly StartCount _starts = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _killing = new();

    /// <summary>One command at a time: the next one finds what the one before has made.</summary>
    private readonly SemaphoreSlim _commanding = new(1, 1);

    private ResourceRun? _run;

    public IResource Resource => program.Resource;

    public int? ProcessId => _run?.ProcessId;

    public ConsoleLog Log => context.LogOf(program.Resource.Name);

    /// <summary>Whether it is meant to run, be it that it waits or is between two starts.</summary>
    public bool IsWanted => _run is { IsOver: false };

    public void Start() => _run = NewRun();

    /// <summary>Does what is asked, and returns when it is done: stopped, or started as far as it can be (it may have to wait for others).</summary>
    /// <returns>Null, or why it cannot be done.</returns>
    public async Task<string?> ExecuteAsync(ResourceCommand command, CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        await _commanding.WaitAsync(ends.Token).ConfigureAwait(false);
        try
        {
            if (command == ResourceCommand.Start && IsWanted)
                return $"{Resource.Name} is started already";
            if (command == ResourceCommand.Stop && !IsWanted)
                return $"{Resource.Name} does not run";
            if (IsWanted)
                await StopRunAsync(program.Grace).ConfigureAwait(false);
            if (command == ResourceCommand.Stop || _closing.IsCancellationRequested)
                return null;
            _run?.Dispose();
            _run = NewRun();
            await _run.Begun.WaitAsync(ends.Token).ConfigureAwait(false);
            return null;
        }
        finally
        {
            _commanding.Release();
        }
    }

    /// <summary>Stops the process and what runs beside it, for good.</summary>
    /// <returns>What had to be killed, or null.</returns>
    public async Task<string?> StopAsync(CancellationToken killNow)
    {
        await using var killing = killNow.UnsafeRegister(_ => _killing.Cancel(), null).ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        await _commanding.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        // Data that is thrown away need not be closed well.
        return await StopRunAsync(context.Data.IsEphemeral && Resource is ContainerResource ? TimeSpan.FromSeconds(1) : program.Grace)
            .ConfigureAwait(false);
    }

    public void Dispose()
    {
        _run?.Dispose();
        _closing.Dispose();
        _killing.Dispose();
        _commanding.Dispose();
    }

    private async Task<string?> StopRunAsync(TimeSpan grace) =>
        _run is { } run ? await run.StopAsync(grace, _killing.Token).ConfigureAwait(false) : null;

    private ResourceRun NewRun() => new(program, context, notifications, output, _starts);
}
