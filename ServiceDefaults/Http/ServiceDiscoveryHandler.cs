using Microsoft.Extensions.Configuration;

namespace QrPlatform.ServiceDefaults.Http;

/// <summary>
/// Resolves <c>http://{service}</c> by the environment that the AppHost sets (<c>services__{service}__http__0</c>); other hosts pass unchanged.
/// </summary>
public sealed class ServiceDiscoveryHandler(IConfiguration configuration) : DelegatingHandler
{
    /// <summary>The address of a service, or null where the configuration names none.</summary>
    public static Uri? Resolve(IConfiguration configuration, string service, string scheme = "http") =>
        configuration[$"services:{service}:{scheme}:0"] is { Length: > 0 } address ? new Uri(address) : null;

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is { IsAbsoluteUri: true } uri && Resolve(configuration, uri.Host, uri.Scheme) is { } address)
            request.RequestUri = new UriBuilder(uri) { Host = address.Host, Port = address.Port, Scheme = address.Scheme }.Uri;
        return base.SendAsync(request, cancellationToken);
    }
}
