using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Native;

/// <summary>What resources wait for.</summary>
internal static class Dependencies
{
    /// <summary>The resource that has the process: of a database, its server.</summary>
    public static IResource ProcessOf(IResource resource) => resource is IResourceWithParent { Parent: var parent } ? ProcessOf(parent) : resource;

    /// <summary>What a resource waits for directly, as resources that have processes.</summary>
    public static IEnumerable<IResource> Of(IResource resource) =>
        resource.Annotations.OfType<WaitAnnotation>().Select(w => ProcessOf(w.Resource)).Distinct();

    /// <summary>Waits for everything that a resource waits for.</summary>
    /// <exception cref="DistributedApplicationException">One of them failed.</exception>
    public static Task WaitAsync(IResource resource, ResourceNotificationService notifications, CancellationToken cancellationToken) =>
        Task.WhenAll(resource.Annotations.OfType<WaitAnnotation>().Select(w => WaitAsync(w, notifications, cancellationToken)));

    /// <exception cref="DistributedApplicationException">Resources wait for each other.</exception>
    public static void CheckForCycles(IEnumerable<IResource> resources)
    {
        var done = new HashSet<IResource>();
        var path = new List<IResource>();
        foreach (var resource in resources)
            Visit(resource);

        void Visit(IResource resource)
        {
            if (path.Contains(resource))
                throw new DistributedApplicationException(
                    $"resources wait for each other: {string.Join(" -> ", path.SkipWhile(r => r != resource).Append(resource).Select(r => r.Name))}");
            if (!done.Add(resource))
                return;
            path.Add(resource);
            foreach (var dependency in Of(resource))
                Visit(dependency);
            path.Remove(resource);
        }
    }

    private static async Task WaitAsync(WaitAnnotation wait, ResourceNotificationService notifications, CancellationToken cancellationToken)
    {
        var name = wait.Resource.Name;
        switch (wait.WaitType)
        {
            case WaitType.WaitUntilHealthy:
                await notifications.WaitForResourceHealthyAsync(
                    name, wait.WaitBehavior ?? WaitBehavior.WaitOnResourceUnavailable, cancellationToken).ConfigureAwait(false);
                break;
            case WaitType.WaitUntilStarted:
                await notifications.WaitForResourceAsync(
                    name, [KnownResourceStates.Running, KnownResourceStates.Active, KnownResourceStates.Finished, KnownResourceStates.Exited],
                    cancellationToken).ConfigureAwait(false);
                break;
            default:
                var ended = await notifications.WaitForResourceAsync(
                    name, e => ResourceNotificationService.IsFailed(e.Snapshot), cancellationToken).ConfigureAwait(false);
                if (ended.Snapshot.ExitCode != wait.ExitCode)
                    throw new DistributedApplicationException(
                        $"{name} ended with exit code {ended.Snapshot.ExitCode}, expected {wait.ExitCode}");
                break;
        }
    }
}
