using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using QrPlatform.Gateway.Web;

namespace QrPlatform.Gateway.Proxy;

/// <summary>
/// Answers a body that says it is too large (the route's metadata <c>LargestBody</c>, bytes) before forwarding any of it. The service would refuse it too, but
/// one that stops reading and closes the connection leaves the sender with a broken pipe instead of an answer. A body that does not say its length is
/// forwarded a little further, for the service to refuse it in its own words; beyond that the gateway stops reading, and <see cref="ForwardingProblems"/> answers.
/// </summary>
internal static class BodyLimit
{
    internal const string Title = "The request is too large.";
    internal const string Detail = "At most 10,000 events and 16 MiB after decompression go into one request.";
    private const string Setting = "LargestBody";

    // Stays below the 30,000,000 bytes at which a service's own server breaks the connection.
    private const long Room = 12 * 1024 * 1024;

    public static Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetReverseProxyFeature().Route.Config.Metadata is not { } metadata || !metadata.TryGetValue(Setting, out var text))
            return next(context);

        var limit = long.Parse(text, CultureInfo.InvariantCulture);
        if (context.Request.ContentLength is not { } length)
        {
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } reading) reading.MaxRequestBodySize = limit + Room;
            return next(context);
        }

        if (length <= limit) return next(context);

        return Problems.WriteAsync(context, StatusCodes.Status413PayloadTooLarge, Title, Detail);
    }
}
