using QrPlatform.Gateway.Web;
using Yarp.ReverseProxy.Forwarder;

namespace QrPlatform.Gateway.Proxy;

/// <summary>Says what became of a request that could not be forwarded, so that the caller knows whether anything was done.</summary>
internal static class ForwardingProblems
{
    public static async Task DescribeAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.HasStarted || context.GetForwarderErrorFeature() is not { } failure) return;

        // The caller is gone, or sent what can't be read: nobody to answer, or an answer given already.
        if (context.RequestAborted.IsCancellationRequested) return;

        if (Unreadable(failure.Exception) is { } bad)
        {
            await (bad.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Problems.WriteAsync(context, bad.StatusCode, BodyLimit.Title, BodyLimit.Detail)
                : Problems.WriteAsync(context, bad.StatusCode, "The request could not be read.", bad.Message));
            return;
        }

        var service = context.GetReverseProxyFeature().Cluster.Config.ClusterId;
        context.Response.Headers.RetryAfter = Problems.RetrySoon;
        await (failure switch
        {
            { Error: ForwarderError.NoAvailableDestinations } or { Exception: HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } } =>
                Problems.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, $"The service '{service}' is not reachable.", "Nothing was done. Try again in a few seconds."),
            { Error: ForwarderError.RequestTimedOut } =>
                Problems.WriteAsync(context, StatusCodes.Status504GatewayTimeout, $"The service '{service}' did not answer in time.", OutcomeUnknown),
            _ => Problems.WriteAsync(context, StatusCodes.Status502BadGateway, $"The service '{service}' broke off.", OutcomeUnknown),
        });
    }

    // The forwarder wraps what went wrong with reading the request into what then went wrong with sending it.
    private static BadHttpRequestException? Unreadable(Exception? exception) => exception switch
    {
        BadHttpRequestException bad => bad,
        AggregateException all => all.InnerExceptions.Select(Unreadable).FirstOrDefault(inner => inner is not null),
        { InnerException: { } inner } => Unreadable(inner),
        _ => null,
    };

    private const string OutcomeUnknown = "It is not known whether the request was carried out. Events may be sent again: an eventId counts once.";
}
