using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Native;

/// <summary>One run of a resource, from the wish that it runs to its end: waits for what it needs, starts it, starts it again.</summary>
internal sealed class ResourceRun : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CalmAfter = TimeSpan.FromSeconds(30);

    private readonly NativeProgram _program;
    private readonly RunContext _context;
    private readonly ResourceNotificationService _notifications;
    private readonly RunOutput _output;
    private readonly StartCount _starts;
    private readonly ConsoleLog _log;
    private readonly HealthWatch _health;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Companion> _companions = [];
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;
    private SupervisedProcess? _process;

    public ResourceRun(
        NativeProgram program, RunContext context, ResourceNotificationService notifications, RunOutput output, StartCount starts)
    {
        (_program, _context, _notifications, _output, _starts) = (program, context, notifications, output, starts);
        _log = context.LogOf(program.Resource.Name);
        _health = new HealthWatch(program, context, notifications);
        _running = Task.Run(RunAsync);
    }

    public int? ProcessId => _process?.Identity.Pid;

    /// <summary>Completes when its process runs, or it waits for others, or it has failed.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Whether nothing more happens by itself.</summary>
    public bool IsOver => _running.IsCompleted;

    private DateTime Now => _context.Time.GetUtcNow().UtcDateTime;

    /// <summary>Stops the process and what runs beside it.</summary>
    /// <returns>What had to be killed, or null.</returns>
    public async Task<string?> StopAsync(TimeSpan grace, CancellationToken killNow)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        string? killed = null;
        if (_process is { } process)
        {
            await PublishAsync(s => s with { State = KnownResourceStates.Stopping }).ConfigureAwait(false);
            if (await process.StopAsync(grace, killNow).ConfigureAwait(false))
                killed = $"{_program.Resource.Name} (pid {process.Identity.Pid})";
        }

        await _running.ConfigureAwait(false);
        foreach (var companion in _companions)
            await companion.StopAsync().ConfigureAwait(false);
        await PublishAsync(s => (s with { State = KnownResourceStates.Exited, HealthReports = [], StopTimeStamp = Now }).With(
            (ResourceProperties.Stopped, killed is null ? "asked to end" : "killed"), (ResourceProperties.Pid, null),
            (ResourceProperties.RestartAt, null), (ResourceProperties.RestartReason, null))).ConfigureAwait(false);
        return killed;
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync()
    {
        try
        {
            await PublishAsync(s => (s with { State = KnownResourceStates.Waiting, HealthReports = [] })
                .With((ResourceProperties.Stopped, null), (ResourceProperties.Failure, null))).ConfigureAwait(false);
            var waiting = Dependencies.WaitAsync(_program.Resource, _notifications, _stopping.Token);
            if (!waiting.IsCompleted)
                _begun.TrySetResult();
            await waiting.ConfigureAwait(false);
            await _context.Services.GetRequiredService<IDistributedApplicationEventing>()
                .PublishAsync(new BeforeResourceStartedEvent(_program.Resource, _context.Services), _stopping.Token).ConfigureAwait(false);
            foreach (var companion in _program.Companions(_context))
                _companions.Add(new Companion(companion, _context));
            await KeepRunningAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped before or between two runs of the process.
        }
        catch (Exception e)
        {
            _output.Line($"{_program.Resource.Name}: failed to start: {e.Message}");
            await _log.WriteLineAsync(e.ToString()).ConfigureAwait(false);
            await PublishAsync(s => (s with { State = KnownResourceStates.FailedToStart, HealthReports = [] })
                .With((ResourceProperties.Failure, e.Message), (ResourceProperties.Pid, null))).ConfigureAwait(false);
        }
        finally
        {
            _begun.TrySetResult();
        }
    }

    private async Task KeepRunningAsync()
    {
        var pause = FirstPause;
        while (!_stopping.IsCancellationRequested)
        {
            var (exitCode, healthyFor, problem) = await TryRunOnceAsync().ConfigureAwait(false);
            if (_stopping.IsCancellationRequested)
                return;
            if (problem is null && !_program.IsRestarted(exitCode))
            {
                var state = exitCode == 0 ? KnownResourceStates.Finished : KnownResourceStates.Exited;
                await PublishAsync(s => s with { State = state, ExitCode = exitCode, StopTimeStamp = Now }).ConfigureAwait(false);
                return;
            }

            if (healthyFor > CalmAfter)
                pause = FirstPause;
            var reason = problem ?? $"ended with exit code {exitCode}";
            _output.Line($"{_program.Resource.Name}: {reason}, starting again in {pause.TotalSeconds:0.0} s; log: {_log.Path}");
            var at = Now + pause;
            await PublishAsync(s => s.With((ResourceProperties.RestartReason, reason), (ResourceProperties.RestartAt, at))).ConfigureAwait(false);
            await Task.Delay(pause, _context.Time, _stopping.Token).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>A resource that has run is not given up because it cannot be started at the moment.</summary>
    private async Task<(int ExitCode, TimeSpan HealthyFor, string? Problem)> TryRunOnceAsync()
    {
        try
        {
            var (exitCode, healthyFor) = await RunOnceAsync().ConfigureAwait(false);
            return (exitCode, healthyFor, null);
        }
        catch (Exception e) when (_health.HasBeenReady && e is not OperationCanceledException)
        {
            await _log.WriteLineAsync(e.ToString()).ConfigureAwait(false);
            return (-1, TimeSpan.Zero, $"could not be started ({e.Message})");
        }
    }

    private async Task<(int ExitCode, TimeSpan HealthyFor)> RunOnceAsync()
    {
        await PublishAsync(s => s with { State = KnownResourceStates.Starting, HealthReports = [] }).ConfigureAwait(false);
        var specification = await _program.PrepareAsync(_context, _stopping.Token).ConfigureAwait(false);
        _stopping.Token.ThrowIfCancellationRequested();
        var process = SupervisedProcess.Start(specification, _context.Run, _log);
        _process = process;
        // Whoever stops cancels first and looks for the process then: one of the two sees the other.
        if (_stopping.IsCancellationRequested)
            process.Kill();
        var restarts = _starts.Next();
        await PublishAsync(s => Started(s, process, restarts)).ConfigureAwait(false);
        _begun.TrySetResult();

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var watching = _health.WatchAsync(ended.Token);
        var exitCode = await process.Exited.ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        _process = null;
        var healthyFor = await watching.ConfigureAwait(false);
        await PublishAsync(s => (s with
        {
            State = _stopping.IsCancellationRequested ? KnownResourceStates.Stopping : KnownResourceStates.Starting,
            ExitCode = exitCode,
            HealthReports = [],
        }).With((ResourceProperties.Pid, null), (ResourceProperties.LastExitCode, exitCode), (ResourceProperties.LastExitAt, Now))).ConfigureAwait(false);
        return (exitCode, healthyFor);
    }

    private CustomResourceSnapshot Started(CustomResourceSnapshot snapshot, SupervisedProcess process, int restarts) => (snapshot with
    {
        State = KnownResourceStates.Running,
        StartTimeStamp = Now,
        StopTimeStamp = null,
        ExitCode = null,
        HealthReports = [new HealthReportSnapshot("ready", HealthStatus.Unhealthy, "starting", null)],
        Urls = [.. Addresses()],
    }).With(
        (ResourceProperties.Pid, process.Identity.Pid), (ResourceProperties.ConsoleLog, _log.Path), (ResourceProperties.Restarts, restarts),
        (ResourceProperties.RestartAt, null), (ResourceProperties.RestartReason, null),
        (ResourceProperties.ReadyAt, null), (ResourceProperties.IsLate, null));

    private IEnumerable<UrlSnapshot> Addresses() => _program.Resource.Annotations.OfType<EndpointAnnotation>()
        .Where(e => e.AllocatedEndpoint is not null)
        .Select(e => new UrlSnapshot(e.Name, e.AllocatedEndpoint!.UriString, IsInternal: false));

    private Task PublishAsync(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) =>
        _notifications.PublishUpdateAsync(_program.Resource, change);
}

/// <summary>How often a resource's process was started.</summary>
internal sealed class StartCount
{
    private int _starts;

    /// <summary>Counts a start.</summary>
    /// <returns>How many there were before.</returns>
    public int Next() => Interlocked.Increment(ref _starts) - 1;
}
