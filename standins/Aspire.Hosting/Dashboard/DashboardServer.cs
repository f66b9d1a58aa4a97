using System.Net;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Native;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Dashboard;

/// <summary>Serves the operations page from the AppHost's own process.</summary>
internal sealed class DashboardServer : IAsyncDisposable
{
    private const long LargestRequest = 64 * 1024;
    private const int MostConnections = 200;

    private readonly WebApplication _web;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _watching;

    private DashboardServer(WebApplication web, ResourceNotificationService notifications, ChangeSignal changed)
    {
        _web = web;
        _watching = WatchAsync(notifications, changed, _ending.Token);
    }

    /// <summary>Begins to serve, when the model has a page.</summary>
    public static async Task<DashboardServer?> StartAsync(
        DistributedApplicationModel model, ResourceNotificationService notifications, IReadOnlyList<ResourceRunner> all, IConfiguration configuration,
        RunOutput output, TimeProvider time, CancellationToken cancellationToken)
    {
        if (model.Resources.OfType<DashboardResource>().SingleOrDefault() is not { } dashboard)
            return null;
        var port = dashboard.Endpoint.AllocatedEndpoint!.Port;
        var changed = new ChangeSignal();
        var counts = new TelemetryCounts(time, changed);
        var receiverPort = TelemetryReceiver.PortIn(configuration, counts);
        var apiKey = configuration[DashboardSettings.OtlpKeyKey];
        var mask = await SecretMask.OfAsync(model, [dashboard.Settings.Token, apiKey], cancellationToken).ConfigureAwait(false);
        var runners = all.ToDictionary(r => r.Resource.Name, StringComparer.OrdinalIgnoreCase);
        var login = new LoginEndpoints(new Sessions(dashboard.Settings.Token, time), new GuessLimit(time), port);

        var web = Build(dashboard.Settings, port, receiverPort);
        var receiver = new TelemetryReceiver(counts, apiKey);
        web.MapWhen(c => c.Connection.LocalPort == receiverPort, branch => branch.Run(c => GuardReceiver(c, receiver)));
        web.Use((context, next) => GuardAsync(context, next, dashboard.Settings, login));
        web.UseRouting();
        web.MapGet("/", () => Assets.Page("index.html"));
        Assets.Map(web);
        login.Map(web);
        new ResourceEndpoints(new ResourceViews(model, notifications, runners, mask), changed, counts, runners, output, time).Map(web);
        new LogEndpoints(runners, mask, time).Map(web);
        await web.StartAsync(cancellationToken).ConfigureAwait(false);
        await notifications.PublishUpdateAsync(dashboard, s => s with
        {
            State = KnownResourceStates.Running,
            StartTimeStamp = time.GetUtcNow().UtcDateTime,
            Urls = [new UrlSnapshot("http", dashboard.Endpoint.AllocatedEndpoint!.UriString, IsInternal: false)],
        }).ConfigureAwait(false);
        return new DashboardServer(web, notifications, changed);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Pages that watch never end by themselves.
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _web.StopAsync(now.Token).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
        _ending.Dispose();
    }

    private static WebApplication Build(DashboardSettings settings, int port, int? receiverPort)
    {
        // Empty: nothing of the AppHost's own configuration and logging, whose ASPNETCORE_* variables would be taken for this server's.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestRequest;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            if (settings.Host == "localhost")
                kestrel.ListenLocalhost(port, Http1);
            else if (settings.IsEverywhere)
                kestrel.ListenAnyIP(port, Http1);
            else
                kestrel.Listen(IPAddress.Parse(settings.Host), port, Http1);
            if (receiverPort is { } receiver)
                kestrel.ListenLocalhost(receiver, Http1);
        });
        builder.Services.AddRoutingCore().AddLogging();
        return builder.Build();

        static void Http1(ListenOptions options) => options.Protocols = HttpProtocols.Http1;
    }

    private static Task GuardReceiver(HttpContext context, TelemetryReceiver receiver)
    {
        if (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = TelemetryReceiver.LargestRequest;
        return receiver.AnswerAsync(context);
    }

    private static Task GuardAsync(HttpContext context, RequestDelegate next, DashboardSettings settings, LoginEndpoints login)
    {
        var request = context.Request;
        RequestGuard.AddHeaders(context.Response);
        if (!RequestGuard.IsKnownHost(request.Host, settings))
            return RefuseAsync(context, StatusCodes.Status421MisdirectedRequest, $"This page is not served under the name '{request.Host.Host}'.");
        if (request.Path.StartsWithSegments("/assets") || request.Path.StartsWithSegments("/login"))
            return next(context);
        if (!login.IsLoggedIn(context))
        {
            if (HttpMethods.IsGet(request.Method) && !request.Path.StartsWithSegments("/api"))
            {
                context.Response.Redirect("/login");
                return Task.CompletedTask;
            }

            return RefuseAsync(context, StatusCodes.Status401Unauthorized, "Log in with the link that the AppHost printed.");
        }

        var changesSomething = !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method);
        if (changesSomething && !RequestGuard.IsSameOrigin(request))
            return RefuseAsync(context, StatusCodes.Status403Forbidden, "The request comes from a page of another origin.");
        if (changesSomething && request.Path.StartsWithSegments("/api") && request.Headers[RequestGuard.ActionHeader].Count == 0)
            return RefuseAsync(context, StatusCodes.Status403Forbidden, $"Header {RequestGuard.ActionHeader} is missing.");
        return next(context);
    }

    private static Task RefuseAsync(HttpContext context, int status, string detail)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new { status, detail }, DashboardJson.Options, "application/problem+json", context.RequestAborted);
    }

    private static async Task WatchAsync(ResourceNotificationService notifications, ChangeSignal changed, CancellationToken cancellationToken)
    {
        await foreach (var _ in notifications.WatchAsync(cancellationToken).ConfigureAwait(false))
            changed.Set();
    }
}
