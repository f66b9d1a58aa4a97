using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Native;

/// <summary>Finds what is wrong with a model before anything runs.</summary>
internal static class ModelChecks
{
    /// <exception cref="DistributedApplicationException">Something is wrong.</exception>
    public static void Check(ICollection<IResource> resources)
    {
        Dependencies.CheckForCycles(resources);
        var twice = resources
            .SelectMany(r => r.Annotations.OfType<EndpointAnnotation>().Where(e => e.Port is not null).Select(e => (Resource: r, Endpoint: e)))
            .GroupBy(e => e.Endpoint.Port).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
            throw new DistributedApplicationException(
                $"port {twice.Key} is given twice: {string.Join(", ", twice.Select(e => $"{e.Resource.Name} ({e.Endpoint.Name})"))}");
    }
}
