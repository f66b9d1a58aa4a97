using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Native;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Dashboard;

/// <summary>Makes of the model and its notifications what the page shows.</summary>
internal sealed class ResourceViews(
    DistributedApplicationModel model, ResourceNotificationService notifications, IReadOnlyDictionary<string, ResourceRunner> runners,
    SecretMask mask)
{
    /// <summary>All resources: those with processes as declared, each followed by what lives in it; parameters last.</summary>
    public IReadOnlyList<ResourceView> All() =>
    [
        .. model.Resources.Where(r => r is not DashboardResource and not ParameterResource and not IResourceWithParent)
            .SelectMany(r => model.Resources.Where(c => c is IResourceWithParent { Parent: var parent } && ReferenceEquals(parent, r)).Prepend(r))
            .Concat(model.Resources.OfType<ParameterResource>())
            .Select(View),
    ];

    private ResourceView View(IResource resource)
    {
        var snapshot = notifications.TryGetCurrentState(resource.Name, out var known) ? known.Snapshot : null;
        var runner = runners.GetValueOrDefault(resource.Name);
        var report = snapshot?.HealthReports.FirstOrDefault(r => r.Status != HealthStatus.Healthy);
        var state = StateOf(snapshot);
        return new ResourceView
        {
            Name = resource.Name,
            Parent = (resource as IResourceWithParent)?.Parent.Name,
            Type = TypeOf(resource),
            State = state,
            Note = NoteOf(snapshot, state),
            Health = resource is ParameterResource ? null : snapshot?.HealthStatus switch { null => null, HealthStatus.Healthy => "healthy", _ => "unhealthy" },
            HealthMessage = report?.Description is { } message ? mask.Mask(message) : null,
            Value = ValueOf(resource),
            Addresses = [.. snapshot?.Urls.Select(u => new AddressView(u.Name ?? "", u.Url, u.Url.StartsWith("http", StringComparison.Ordinal))) ?? []],
            Pid = snapshot?.Property<int?>(ResourceProperties.Pid),
            StartedAt = snapshot?.StartTimeStamp,
            StoppedAt = snapshot?.StopTimeStamp,
            RestartAt = snapshot?.Property<DateTime?>(ResourceProperties.RestartAt),
            Restarts = runner is null ? null : snapshot?.Property<int?>(ResourceProperties.Restarts) ?? 0,
            LastExitCode = snapshot?.Property<int?>(ResourceProperties.LastExitCode),
            LastExitAt = snapshot?.Property<DateTime?>(ResourceProperties.LastExitAt),
            WaitsFor = [.. resource.Annotations.OfType<WaitAnnotation>().Select(WaitOf)],
            Commands = runner is null ? [] : runner.IsWanted ? ["restart", "stop"] : ["start"],
            HasLog = runner is not null,
            Dependents = runner is null ? [] : [.. model.Resources.Where(r => Dependencies.Of(r).Contains(resource)).Select(r => r.Name)],
        };
    }

    private static string StateOf(CustomResourceSnapshot? snapshot)
    {
        var state = snapshot?.State?.Text;
        if (snapshot is null || state is null)
            return "not started";
        if (state == KnownResourceStates.Starting)
            return snapshot.Property<DateTime?>(ResourceProperties.RestartAt) is null ? "starting" : "restarting";
        if (state == KnownResourceStates.Exited)
            return snapshot.Property<string>(ResourceProperties.Stopped) is null ? "exited" : "stopped";
        if (state == KnownResourceStates.FailedToStart)
            return "failed to start";
        if (state != KnownResourceStates.Running || snapshot.HealthStatus == HealthStatus.Healthy)
            return state.ToLowerInvariant();
        var isStarting = snapshot.Property<DateTime?>(ResourceProperties.ReadyAt) is null && !snapshot.Property<bool>(ResourceProperties.IsLate);
        return isStarting ? "starting" : "unhealthy";
    }

    private string? NoteOf(CustomResourceSnapshot? snapshot, string state) => state switch
    {
        "restarting" => snapshot!.Property<string>(ResourceProperties.RestartReason),
        "failed to start" => snapshot!.Property<string>(ResourceProperties.Failure),
        "stopped" => snapshot!.Property<string>(ResourceProperties.Stopped),
        _ => null,
    } is { } note ? mask.Mask(note) : null;

    private WaitView WaitOf(WaitAnnotation wait)
    {
        var snapshot = notifications.TryGetCurrentState(wait.Resource.Name, out var known) ? known.Snapshot : null;
        return wait.WaitType switch
        {
            WaitType.WaitUntilHealthy => new WaitView(wait.Resource.Name, "healthy", snapshot?.HealthStatus == HealthStatus.Healthy),
            WaitType.WaitUntilStarted => new WaitView(wait.Resource.Name, "started", snapshot?.StartTimeStamp is not null),
            _ => new WaitView(wait.Resource.Name, "completed", snapshot is not null && ResourceNotificationService.IsFailed(snapshot)
                && snapshot.ExitCode == wait.ExitCode),
        };
    }

    private static string? ValueOf(IResource resource)
    {
        if (resource is not ParameterResource parameter)
            return null;
        if (parameter.Secret)
            return SecretMask.Shown;
        var value = parameter.GetValueAsync(CancellationToken.None);
        return value.IsCompletedSuccessfully ? value.Result : null;
    }

    private static string TypeOf(IResource resource) => resource switch
    {
        PostgresServerResource => "PostgreSQL server",
        PostgresDatabaseResource => "PostgreSQL database",
        RabbitMQServerResource => "RabbitMQ server",
        RedisResource => "Redis server",
        ProjectResource => ".NET project",
        ExecutableResource => "Executable",
        ParameterResource => "Parameter",
        _ => resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal),
    };
}
