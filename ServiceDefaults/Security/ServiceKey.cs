using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace QrPlatform.ServiceDefaults.Security;

/// <summary>
/// The secret by which services recognise each other on routes under <c>/internal</c>, which the gateway never forwards.
/// Configuration key <c>Services:Key</c>.
/// </summary>
public static class ServiceKey
{
    /// <summary>The header that carries it.</summary>
    public const string Header = "X-Service-Key";

    internal const string Setting = "Services:Key";

    /// <summary>Refuses callers without the key with 401.</summary>
    public static TBuilder RequireServiceKey<TBuilder>(this TBuilder endpoints) where TBuilder : IEndpointConventionBuilder =>
        endpoints.AddEndpointFilter(async (invocation, next) =>
        {
            var expected = invocation.HttpContext.RequestServices.GetRequiredService<IConfiguration>()[Setting];
            var given = invocation.HttpContext.Request.Headers[Header].ToString();
            var same = !string.IsNullOrEmpty(expected)
                && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));
            return same ? await next(invocation) : TypedResults.Problem(statusCode: StatusCodes.Status401Unauthorized, title: "A service key is needed.");
        });
}

/// <summary>Adds the service key to calls of another service's <c>/internal</c> routes.</summary>
public sealed class ServiceKeyHandler(IConfiguration configuration) : DelegatingHandler
{
    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (configuration[ServiceKey.Setting] is { Length: > 0 } key)
            request.Headers.TryAddWithoutValidation(ServiceKey.Header, key);
        return base.SendAsync(request, cancellationToken);
    }
}
