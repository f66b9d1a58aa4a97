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
            var (exitCode, healthyFor) = await RunOnceAsync().ConfigureAwait(false);
            if (_stopping.IsCancellationRequested)
                return;
            if (!program.IsRestarted(exitCode))
            {
                var state = exitCode == 0 ? KnownResourceStates.Finished : KnownResourceStates.Exited;
                await PublishAsync(s => s with { State = state, ExitCode = exitCode, StopTimeStamp = Now }).ConfigureAwait(false);
                return;
            }

            if (healthyFor > CalmAfter)
                pause = FirstPause;
            output.Line($"{Resource.Name}: ended with exit code {exitCode}, starting again in {pause.TotalSeconds:0.0} s; log: {_log.Path}");
            await Task.Delay(pause, context.Time, _stopping.Token).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
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
        await PublishAsync(s => s with
        {
            State = KnownResourceStates.Running,
            StartTimeStamp = Now,
            StopTimeStamp = null,
            ExitCode = null,
            HealthReports = [new HealthReportSnapshot("ready", HealthStatus.Unhealthy, "starting", null)],
            Urls = [.. Addresses()],
            Properties = [new ResourcePropertySnapshot("executable.pid", process.Identity.Pid), new ResourcePropertySnapshot("console.log", _log.Path)],
        }).ConfigureAwait(false);

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
                var problem = await ProbeAsync(ended).ConfigureAwait(false);
                if (problem is null && healthySince is null)
                {
                    await program.CompleteAsync(context, ended).ConfigureAwait(false);
                    healthySince = Stopwatch.GetTimestamp();
                }

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

    private async Task<string?> ProbeAsync(CancellationToken ended)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ended);
        deadline.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            return await program.ProbeAsync(context, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ended.IsCancellationRequested)
        {
            return "no answer within 5 s";
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
