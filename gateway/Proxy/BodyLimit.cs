using System.Globalization;
using QrPlatform.Gateway.Web;

namespace QrPlatform.Gateway.Proxy;

/// <summary>
/// Answers a body that says it is too large (the route's metadata <c>LargestBody</c>, bytes) before forwarding any of it. The service would refuse it too, but
/// one that stops reading and closes the connection leaves the sender with a broken pipe instead of an answer. A body that does not say its length is forwarded.
/// </summary>
internal static class BodyLimit
{
    private const string Setting = "LargestBody";

    public static Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.ContentLength is not { } length
            || context.GetReverseProxyFeature().Route.Config.Metadata is not { } metadata
            || !metadata.TryGetValue(Setting, out var limit)
            || length <= long.Parse(limit, CultureInfo.InvariantCulture))
            return next(context);

        return Problems.WriteAsync(context, StatusCodes.Status413PayloadTooLarge, "The request is too large.", "At most 10,000 events and 16 MiB after decompression go into one request.");
    }
}
