using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Native;

/// <summary>Runs the model: checks that it can, starts everything, stops everything.</summary>
internal sealed class NativeOrchestrator(
    DistributedApplicationModel model, ResourceNotificationService notifications, IDistributedApplicationEventing eventing,
    NativeHost native, DistributedApplicationExecutionContext executionContext, IConfiguration configuration, IServiceProvider services,
    RunOutput output, TimeProvider time) : IHostedService
{
    /// <summary>All of a stop, with time left for the host within the 15 s that are promised.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(13);

    private static readonly TimeSpan TellAfter = TimeSpan.FromSeconds(20);

    private readonly List<ResourceRunner> _runners = [];
    private readonly CancellationTokenSource _stopping = new();
    private RunDirectory? _run;
    private DashboardServer? _dashboard;
    private Task _announcing = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
                throw new DistributedApplicationException("native processes are run on Linux only; elsewhere, use PackageSet=upstream");
            var data = native.Data;
            data.Lock();
            foreach (var name in await RunDirectory.ReclaimAsync(data.Runs, cancellationToken).ConfigureAwait(false))
                output.Line($"ended {name}, left behind by an earlier run");
            await eventing.PublishAsync(new BeforeStartEvent(services, model), cancellationToken).ConfigureAwait(false);
            var programs = model.Resources.Select(ProgramFor).OfType<NativeProgram>().ToArray();
            AllocatePorts();
            Preflight(programs, data);
            _run = RunDirectory.Begin(data.Runs, data.IsEphemeral ? data.Path : null);
            var context = new RunContext(data, _run, executionContext, services, time);
            foreach (var program in programs)
                _runners.Add(new ResourceRunner(program, context, notifications, output));
        }
        catch
        {
            native.Data.Dispose();
            throw;
        }

        await PublishResourcesWithoutProcessAsync().ConfigureAwait(false);
        _dashboard = await DashboardServer.StartAsync(model, notifications, _runners, configuration, output, time, cancellationToken).ConfigureAwait(false);
        if (LoginLink is { } link)
            output.Line($"Login to the dashboard at {link}");
        foreach (var runner in _runners)
            runner.Start();
        await eventing.PublishAsync(new AfterResourcesCreatedEvent(services, model), cancellationToken).ConfigureAwait(false);
        _announcing = AnnounceAsync(_stopping.Token);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // Stopping twice, as whoever stops and then disposes does, is stopping once.
        if (Interlocked.Exchange(ref _run, null) is not { } run)
            return;
        output.Line("stopping ...");
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _announcing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var killNow = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        killNow.CancelAfter(StopLimit);

        // Who waited for another is stopped before it.
        var stops = new Dictionary<IResource, Lazy<Task<string?>>>();
        foreach (var runner in _runners)
            stops[runner.Resource] = new(async () =>
            {
                var dependants = _runners.Where(r => Dependencies.Of(r.Resource).Contains(runner.Resource));
                await Task.WhenAll(dependants.Select(d => stops[d.Resource].Value)).ConfigureAwait(false);
                return await runner.StopAsync(killNow.Token).ConfigureAwait(false);
            });
        foreach (var killed in (await Task.WhenAll(stops.Values.Select(s => s.Value)).ConfigureAwait(false)).OfType<string>())
            output.Line($"killed {killed}: it did not end when asked to");

        // Last, so that whoever looks sees the resources end.
        if (_dashboard is { } dashboard)
            await dashboard.DisposeAsync().ConfigureAwait(false);
        await run.DisposeAsync().ConfigureAwait(false);
        native.Data.Dispose();
        foreach (var runner in _runners)
            runner.Dispose();
        _stopping.Dispose();
        output.Line("stopped");
    }

    private string? LoginLink => model.Resources.OfType<DashboardResource>().SingleOrDefault()?.LoginLink;

    private NativeProgram? ProgramFor(IResource resource) => resource switch
    {
        PostgresServerResource postgres => new PostgresProgram(postgres),
        RabbitMQServerResource rabbit => new RabbitMqProgram(rabbit),
        RedisResource redis => new RedisProgram(redis),
        ProjectResource project => new ProjectProgram(project, native.BuildConfiguration, IsAwaited(project)),
        ExecutableResource executable => new ExecutableProgram(executable, IsAwaited(executable)),
        ContainerResource => throw new DistributedApplicationException(
            $"{resource.Name}: {resource.GetType().Name} needs a container, which needs the real package Aspire.Hosting"),
        _ => null,
    };

    /// <summary>Whether something waits until the resource has done its work.</summary>
    private bool IsAwaited(IResource resource) =>
        model.Resources.SelectMany(r => r.Annotations.OfType<WaitAnnotation>())
            .Any(w => w.WaitType == WaitType.WaitForCompletion && ReferenceEquals(w.Resource, resource));

    private void AllocatePorts()
    {
        var randomize = configuration.GetValue("DcpPublisher:RandomizePorts", false);
        foreach (var resource in model.Resources)
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            {
                // Other programs than .NET's bind to one address only, and "localhost" may be another one.
                var host = resource is ContainerResource ? "127.0.0.1" : "localhost";
                // A server's target port is the one inside of the container that it does not have.
                var given = endpoint.Port ?? (resource is ContainerResource ? null : endpoint.TargetPort);
                var port = (randomize ? null : given) ?? PortTable.Assign();
                endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, host, port);
            }
    }

    private void Preflight(IReadOnlyList<NativeProgram> programs, DataDirectory data)
    {
        if (data.Asked is { } asked)
            output.Line($"{asked} cannot be reached by user {DataDirectory.ServerUser}, who runs the database: using {data.Path}");
        output.Line($"data: {data.Path}{(data.IsEphemeral ? " (removed at the end)" : "")}");
        output.Table(
            ["RESOURCE", "BINARY", "VERSION", "PORT", "DIRECTORY"],
            programs.Select(p => p.Describe(data)).Select(r => new[] { r.Resource, r.Binary, r.Version, r.Ports, r.Directory }));
        var problems = programs.SelectMany(p => p.FindProblems(data)).Concat(TakenPorts()).ToArray();
        if (problems.Length > 0)
            throw new DistributedApplicationException(string.Join(Environment.NewLine, problems));
    }

    private IEnumerable<string> TakenPorts() =>
        from resource in model.Resources
        from endpoint in resource.Annotations.OfType<EndpointAnnotation>()
        let port = endpoint.AllocatedEndpoint!.Port
        where !PortTable.IsFree(port)
        select $"{resource.Name}: port {port.ToString(CultureInfo.InvariantCulture)} is taken by {PortTable.HolderOf(port)}";

    private async Task PublishResourcesWithoutProcessAsync()
    {
        foreach (var resource in model.Resources)
            if (resource is ParameterResource)
                await notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.Active }).ConfigureAwait(false);
            else if (resource is IResourceWithParent)
                _ = FollowParentAsync(resource, _stopping.Token);
    }

    /// <summary>A database has no process: it is as its server is, which becomes healthy only when its databases are created.</summary>
    private async Task FollowParentAsync(IResource resource, CancellationToken cancellationToken)
    {
        try
        {
            var server = Dependencies.ProcessOf(resource);
            await foreach (var change in notifications.WatchAsync(cancellationToken).ConfigureAwait(false))
                if (ReferenceEquals(change.Resource, server))
                    await notifications.PublishUpdateAsync(
                        resource, s => s with { State = change.Snapshot.State, HealthReports = change.Snapshot.HealthReports }).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The application stops.
        }
    }

    private async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var ready = Task.WhenAll(_runners.Select(r => notifications.WaitForResourceAsync(
            r.Resource.Name,
            e => e.Snapshot.HealthStatus == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
                || ResourceNotificationService.IsFailed(e.Snapshot),
            cancellationToken)));
        while (await Task.WhenAny(ready, Task.Delay(TellAfter, time, cancellationToken)).ConfigureAwait(false) != ready && !cancellationToken.IsCancellationRequested)
            TellWhatIsMissing();
        await ready.ConfigureAwait(false);
        output.Table(["RESOURCE", "STATE", "ADDRESS", "PID"], _runners.Select(Row).Concat(LoginLink is { } link ? [["dashboard", "Running", link, "-"]] : []));
        output.Line($"ready after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s; console logs in {native.Data.Directory("logs")}; Ctrl-C stops everything");
    }

    private void TellWhatIsMissing()
    {
        foreach (var runner in _runners)
            if (notifications.TryGetCurrentState(runner.Resource.Name, out var known)
                && known.Snapshot.HealthStatus != Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy)
                output.Line($"{runner.Resource.Name}: {known.Snapshot.State?.Text}, {known.Snapshot.HealthReports.FirstOrDefault()?.Description ?? "not ready"}");
    }

    private string[] Row(ResourceRunner runner)
    {
        notifications.TryGetCurrentState(runner.Resource.Name, out var known);
        var healthy = known?.Snapshot.HealthStatus;
        return
        [
            runner.Resource.Name,
            healthy?.ToString() ?? known?.Snapshot.State?.Text ?? "",
            string.Join(", ", known?.Snapshot.Urls.Select(u => u.Url) ?? []),
            runner.ProcessId?.ToString(CultureInfo.InvariantCulture) ?? "-",
        ];
    }
}
