using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Native;

/// <summary>Keeps one resource running: waits for what it needs, starts it, watches it, starts it again.</summary>
internal sealed class ResourceRunner(
    NativeProgram program, RunContext context, ResourceNotificationService notifications, RunOutput output) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CalmAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly ConsoleLog _log = context.LogOf(program.Resource.Name);
    private readonly List<Companion> _companions = [];
    private Task _running = Task.CompletedTask;
    private SupervisedProcess? _process;
    private bool _hasBeenReady;

    public IResource Resource => program.Resource;

    public int? ProcessId => _process?.Identity.Pid;

    public string LogPath => _log.Path;

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Stops the process and what runs beside it.</summary>
    /// <returns>What had to be killed.</returns>
    public async Task<IReadOnlyList<string>> StopAsync(CancellationToken killNow)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        var killed = new List<string>();
        if (_process is { } process)
        {
            await PublishAsync(s => s with { State = KnownResourceStates.Stopping }).ConfigureAwait(false);
            // Data that is thrown away need not be closed well.
            var grace = context.Data.IsEphemeral && Resource is ContainerResource ? TimeSpan.FromSeconds(1) : program.Grace;
            if (await process.StopAsync(grace, killNow).ConfigureAwait(false))
                killed.Add($"{Resource.Name} (pid {process.Identity.Pid})");
        }

        await _running.ConfigureAwait(false);
        foreach (var companion in _companions)
            await companion.StopAsync().ConfigureAwait(false);
        await PublishAsync(s => s with { State = KnownResourceStates.Exited }).ConfigureAwait(false);
        return killed;
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync()
    {
        try
        {
            await PublishAsync(s => s with { State = KnownResourceStates.Waiting }).ConfigureAwait(false);
            await Dependencies.WaitAsync(Resource, notifications, _stopping.Token).ConfigureAwait(false);
            await context.Services.GetRequiredService<IDistributedApplicationEventing>()
                .PublishAsync(new BeforeResourceStartedEvent(Resource, context.Services), _stopping.Token).ConfigureAwait(false);
            foreach (var companion in program.Companions(context))
                _companions.Add(new Companion(companion, context));
            await KeepRunningAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped before or between two runs of the process.
        }
        catch (Exception e)
        {
            output.Line($"{Resource.Name}: failed to start: {e.Message}");
            await _log.WriteLineAsync(e.ToString()).ConfigureAwait(false);
            await PublishAsync(s => s with { State = KnownResourceStates.FailedToStart }).ConfigureAwait(false);
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
            if (problem is null && !program.IsRestarted(exitCode))
            {
                var state = exitCode == 0 ? KnownResourceStates.Finished : KnownResourceStates.Exited;
                await PublishAsync(s => s with { State = state, ExitCode = exitCode, StopTimeStamp = Now }).ConfigureAwait(false);
                return;
            }

            if (healthyFor > CalmAfter)
                pause = FirstPause;
            output.Line($"{Resource.Name}: {problem ?? $"ended with exit code {exitCode}"}, starting again in {pause.TotalSeconds:0.0} s; log: {_log.Path}");
            await Task.Delay(pause, context.Time, _stopping.Token).ConfigureAwait(false);
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
        catch (Exception e) when (_hasBeenReady && e is not OperationCanceledException)
        {
            await _log.WriteLineAsync(e.ToString()).ConfigureAwait(false);
            return (-1, TimeSpan.Zero, $"could not be started ({e.Message})");
        }
    }

    private async Task<(int ExitCode, TimeSpan HealthyFor)> RunOnceAsync()
    {
        await PublishAsync(s => s with { State = KnownResourceStates.Starting, HealthReports = [] }).ConfigureAwait(false);
        var specification = await program.PrepareAsync(context, _stopping.Token).ConfigureAwait(false);
        _stopping.Token.ThrowIfCancellationRequested();
        var process = SupervisedProcess.Start(specification, context.Run, _log);
        _process = process;
        // Whoever stops cancels first and looks for the process then: one of the two sees the other.
        if (_stopping.IsCancellationRequested)
            process.Kill();
        await PublishAsync(s => Started(s, process)).ConfigureAwait(false);

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var watching = WatchHealthAsync(ended.Token);
        var exitCode = await process.Exited.ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        _process = null;
        var healthyFor = await watching.ConfigureAwait(false);
        await PublishAsync(s => s with
        {
            State = _stopping.IsCancellationRequested ? KnownResourceStates.Stopping : KnownResourceStates.Starting,
            ExitCode = exitCode,
            HealthReports = [],
        }).ConfigureAwait(false);
        return (exitCode, healthyFor);
    }

    private CustomResourceSnapshot Started(CustomResourceSnapshot snapshot, SupervisedProcess process) => snapshot with
    {
        State = KnownResourceStates.Running,
        StartTimeStamp = Now,
        StopTimeStamp = null,
        ExitCode = null,
        HealthReports = [new HealthReportSnapshot("ready", HealthStatus.Unhealthy, "starting", null)],
        Urls = [.. Addresses()],
        Properties =
        [
            new ResourcePropertySnapshot("executable.pid", process.Identity.Pid),
            new ResourcePropertySnapshot("console.log", _log.Path),
        ],
    };

    /// <summary>Probes every 150 ms until the process is healthy, then ever less often, up to every 5 s.</summary>
    /// <returns>How long it has been healthy.</returns>
    private async Task<TimeSpan> WatchHealthAsync(CancellationToken ended)
    {
        var fast = TimeSpan.FromMilliseconds(150);
        var interval = fast;
        long? healthySince = null;
        string? told = "starting";
        try
        {
            while (true)
            {
                var problem = await ProbeAsync(isComplete: healthySince is not null, ended).ConfigureAwait(false);
                if (problem is null)
                    healthySince ??= Stopwatch.GetTimestamp();
                if (problem != told)
                    await ReportAsync(problem).ConfigureAwait(false);
                told = problem;
                interval = problem is not null ? fast : interval * 2 < LongestPause ? interval * 2 : LongestPause;
                await Task.Delay(interval, context.Time, ended).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return healthySince is { } since ? Stopwatch.GetElapsedTime(since) : TimeSpan.Zero;
        }
    }

    private async Task<string?> ProbeAsync(bool isComplete, CancellationToken ended)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ended);
        deadline.CancelAfter(ProbeLimit);
        try
        {
            var problem = await program.ProbeAsync(context, deadline.Token).ConfigureAwait(false);
            if (problem is null && !isComplete)
                await program.CompleteAsync(context, ended).ConfigureAwait(false);
            return problem;
        }
        catch (OperationCanceledException) when (!ended.IsCancellationRequested)
        {
            return $"no answer within {ProbeLimit.TotalSeconds} s";
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever went wrong, the process is not seen to work, and is looked at again.
            return e.Message;
        }
    }

    private async Task ReportAsync(string? problem)
    {
        await PublishAsync(s => s with
        {
            HealthReports =
            [
                new HealthReportSnapshot("ready", problem is null ? HealthStatus.Healthy : HealthStatus.Unhealthy, problem, null),
            ],
        }).ConfigureAwait(false);
        if (problem is null && !_hasBeenReady)
        {
            _hasBeenReady = true;
            await context.Services.GetRequiredService<IDistributedApplicationEventing>()
                .PublishAsync(new ResourceReadyEvent(Resource, context.Services), _stopping.Token).ConfigureAwait(false);
        }
    }

    private IEnumerable<UrlSnapshot> Addresses() => Resource.Annotations.OfType<EndpointAnnotation>()
        .Where(e => e.AllocatedEndpoint is not null)
        .Select(e => new UrlSnapshot(e.Name, e.AllocatedEndpoint!.UriString, IsInternal: false));

    private DateTime Now => context.Time.GetUtcNow().UtcDateTime;

    private Task PublishAsync(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) =>
        notifications.PublishUpdateAsync(Resource, change);
}
