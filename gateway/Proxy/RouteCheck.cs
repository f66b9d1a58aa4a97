using Yarp.ReverseProxy.Configuration;

namespace QrPlatform.Gateway.Proxy;

/// <summary>
/// Refuses, when the configuration is loaded, a route that names no policy (it would be open to everybody), and the affinity policy HashCookie,
/// YARP's default: it alone needs System.IO.Hashing, which is left out (see Directory.Build.targets), and would answer each request with 502.
/// </summary>
internal sealed class RouteCheck : IProxyConfigFilter
{
    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel) =>
        cluster.SessionAffinity is { Enabled: true, Policy: null or "HashCookie" }
            ? throw new InvalidOperationException($"Cluster '{cluster.ClusterId}' asks for the session affinity HashCookie, which is not built in; choose Cookie, ArrCookie or CustomHeader.")
            : new(cluster);

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) =>
        string.IsNullOrWhiteSpace(route.AuthorizationPolicy)
            ? throw new InvalidOperationException($"Route '{route.RouteId}' names no AuthorizationPolicy; a public route says 'anonymous'.")
            : new(route);
}
