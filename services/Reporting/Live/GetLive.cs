using System.Globalization;
using System.Security.Claims;
using QrPlatform.Reporting.Access;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting.Live;

/// <summary>
/// <c>GET /v1/live</c>: server-sent events with counters and the newest scans. It ends with the token that opened it. Rows of single scans go
/// to whom the scan list is open too; executives and compliance officers get counters, the latter without revenue.
/// </summary>
internal static class GetLive
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/live", Handle).RequireAuthorization(Policies.Live);

    private static async Task<IResult> Handle(
        HttpContext context, LiveFeeds feeds, OpenStreams open, TimeProvider clock, IHostApplicationLifetime host, CancellationToken cancellationToken)
    {
        var user = context.User;
        if (!open.TryEnter(user.TenantId(), user.FindFirstValue(PlatformClaims.Subject) ?? "", out var place))
        {
            context.Response.Headers.RetryAfter = "30";
            return TypedResults.Problem(
                "Close other pages that show live numbers, or try again later.", statusCode: StatusCodes.Status429TooManyRequests,
                title: "Too many live streams are open.", type: "too_many_streams");
        }

        using (place)
        {
            var scope = ReaderScope.Of(user);
            var feed = feeds.Join(scope);
            try
            {
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.ApplicationStopping);
                if (Expiry(user) is { } expiry) ended.CancelAfter(Longest(expiry - clock.GetUtcNow()));
                await SendAsync(context, feed, clock, ended.Token);
            }
            catch (OperationCanceledException)
            {
                // Hung up, expired or stopping: the end of a stream is no fault.
                return TypedResults.Empty;
            }
            finally
            {
                feeds.Leave(scope, feed);
            }
        }

        return TypedResults.Empty;
    }

    private static async Task SendAsync(HttpContext context, LiveFeed feed, TimeProvider clock, CancellationToken cancellationToken)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        var writer = new LiveWriter(
            response,
            withRevenue: !context.User.IsInRole(Roles.ComplianceOfficer),
            withScans: context.User.IsInRole(Roles.Administrator) || context.User.IsInRole(Roles.Analyst),
            LastEventId(context.Request));
        await writer.CommentAsync("live", cancellationToken);
        while (true)
        {
            var (state, changed) = feed.Look();
            if (state is not null) await writer.SendAsync(state, cancellationToken);
            while (!await WithinAsync(changed, Heartbeat, clock, cancellationToken)) await writer.CommentAsync("still here", cancellationToken);
        }
    }

    private static async Task<bool> WithinAsync(Task task, TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(limit, clock, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static long? LastEventId(HttpRequest request) =>
        long.TryParse(request.Headers["Last-Event-ID"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : null;

    private static DateTimeOffset? Expiry(ClaimsPrincipal user) =>
        long.TryParse(user.FindFirstValue("exp"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static TimeSpan Longest(TimeSpan left) => left > TimeSpan.Zero ? TimeSpan.FromTicks(Math.Min(left.Ticks, TimeSpan.TicksPerDay)) : TimeSpan.Zero;
}
