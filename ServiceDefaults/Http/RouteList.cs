using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.ServiceDefaults.Http;

/// <summary>
/// <c>GET /internal/v1/routes</c>, with the service key: every route that this process answers, so that whoever checks who may what checks all of
/// them and not those that somebody remembered.
/// </summary>
public static class RouteList
{
    internal const string Path = "/internal/v1/routes";

    /// <summary>The routes as method and pattern, such as <c>GET /v1/campaigns/{id}</c>, sorted. A route for any method has the method <c>*</c>.</summary>
    public static IReadOnlyList<PublishedRoute> Of(EndpointDataSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return [.. source.Endpoints.OfType<RouteEndpoint>().SelectMany(Of).Distinct().OrderBy(route => route.Pattern, StringComparer.Ordinal).ThenBy(route => route.Method, StringComparer.Ordinal)];
    }

    internal static void Map(WebApplication app) =>
        app.MapGet(Path, (EndpointDataSource source) => TypedResults.Ok(Of(source))).RequireServiceKey().AllowAnonymous().ExcludeFromDescription();

    private static IEnumerable<PublishedRoute> Of(RouteEndpoint endpoint)
    {
        var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];
        var policies = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy ?? "signed-in").Distinct().Order(StringComparer.Ordinal);
        var policy = endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null ? string.Join(' ', policies) : "anonymous";
        var pattern = "/" + endpoint.RoutePattern.RawText?.Trim('/');
        return (methods.Count > 0 ? methods : ["*"]).Select(method => new PublishedRoute(method, pattern, policy));
    }
}

/// <summary>A route that a process answers.</summary>
/// <param name="Method">HTTP method, or <c>*</c>.</param>
/// <param name="Pattern">The path with its parameters.</param>
/// <param name="Policy">Names of the policies that a caller must fulfil, <c>anonymous</c>, or empty for the default: any valid token.</param>
public sealed record PublishedRoute(string Method, string Pattern, string Policy);
