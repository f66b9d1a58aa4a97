using System.Net;
using Microsoft.AspNetCore.Http;

namespace Aspire.Hosting.Dashboard;

/// <summary>What every request to the operations page must pass before anything looks at it.</summary>
internal static class RequestGuard
{
    /// <summary>A header that no page of another origin can send without being asked for permission first, which is never given.</summary>
    public const string ActionHeader = "X-Operations-Action";

    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>
    /// Whether a host header is one under which the page may be asked for. Names that somebody else's DNS resolves are none: a page of
    /// such a name could point it at this machine and read what is here. Addresses cannot be pointed elsewhere.
    /// </summary>
    public static bool IsKnownHost(HostString host, DashboardSettings settings)
    {
        var name = host.Host.Trim('[', ']');
        if (string.Equals(name, "localhost", StringComparison.OrdinalIgnoreCase))
            return true;
        if (IPAddress.TryParse(name, out var address))
            return !settings.IsLocal || IPAddress.IsLoopback(address);
        return !settings.IsLocal && string.Equals(name, Environment.MachineName, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether a request comes from the page itself, or from a program, and not from a page of another origin (another port is another origin).</summary>
    public static bool IsSameOrigin(HttpRequest request)
    {
        if (request.Headers.Origin is { Count: > 0 } origin)
            return string.Equals(origin.ToString(), $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
        return request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";
    }

    public static void AddHeaders(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
    }
}
