using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace QrPlatform.Gateway.Proxy;

/// <summary>
/// Resolves <c>http://{service}</c> to every address that the AppHost names (<c>services__{service}__http__0</c>, <c>__1</c> … for replicas).
/// A name without an entry stays as it is, for DNS to answer.
/// </summary>
internal sealed class ServiceDestinations(IConfiguration configuration) : IDestinationResolver
{
    public ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations,
        CancellationToken cancellationToken)
    {
        var resolved = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, destination) in destinations)
        {
            var address = new Uri(destination.Address);
            var replicas = configuration.GetSection($"services:{address.Host}:{address.Scheme}").GetChildren()
                .Where(replica => !string.IsNullOrWhiteSpace(replica.Value))
                .ToList();
            if (replicas.Count == 0) resolved[name] = destination;
            foreach (var replica in replicas)
                resolved[$"{name}-{replica.Key}"] = destination with { Address = replica.Value!, Host = null };
        }

        return ValueTask.FromResult(new ResolvedDestinationCollection(resolved, null));
    }
}
