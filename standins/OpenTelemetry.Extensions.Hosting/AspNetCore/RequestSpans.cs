using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace OpenTelemetry.Instrumentation.AspNetCore;

/// <summary>
/// Listens to what ASP.NET Core 10 says of its requests: its own spans carry neither names nor tags by default. Asks the filter and writes down what
/// OpenTelemetry's conventions for HTTP servers ask for, as long as anybody wants the span.
/// </summary>
internal sealed class RequestSpans : IObserver<DiagnosticListener>, IDisposable
{
    private const string Listener = "Microsoft.AspNetCore";
    private const string Started = "Microsoft.AspNetCore.Hosting.HttpRequestIn.Start";
    private const string Stopped = "Microsoft.AspNetCore.Hosting.HttpRequestIn.Stop";

    // The methods that are names; whatever else a client sends would be a name of its own for every request.
    private static readonly HashSet<string> Methods = new(StringComparer.Ordinal) { "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE" };

    private readonly AspNetCoreTraceInstrumentationOptions _options;
    private readonly IDisposable _all;
    private readonly List<IDisposable> _subscriptions = [];

    public RequestSpans(AspNetCoreTraceInstrumentationOptions options)
    {
        _options = options;
        _all = DiagnosticListener.AllListeners.Subscribe(this);
    }

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (value.Name != Listener) return;
        // Not the event that has ASP.NET Core make a span where no one listens to its source.
        var subscription = value.Subscribe(new Requests(this), (name, _, _) => name is Started or Stopped);
        lock (_subscriptions) _subscriptions.Add(subscription);
    }

    void IObserver<DiagnosticListener>.OnError(Exception error)
    {
    }

    void IObserver<DiagnosticListener>.OnCompleted()
    {
    }

    public void Dispose()
    {
        _all.Dispose();
        lock (_subscriptions)
        {
            foreach (var subscription in _subscriptions) subscription.Dispose();
            _subscriptions.Clear();
        }
    }

    private void Start(Activity span, HttpContext context)
    {
        if (!IsWanted(context))
        {
            // Not recorded, and what it causes follows its parent.
            span.IsAllDataRequested = false;
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            return;
        }

        var request = context.Request;
        span.DisplayName = Name(request.Method);
        span.SetTag("http.request.method", Methods.Contains(request.Method) ? request.Method : "_OTHER");
        if (!Methods.Contains(request.Method)) span.SetTag("http.request.method_original", request.Method);
        if (request.Host.HasValue) span.SetTag("server.address", request.Host.Host);
        if (request.Host.Port is { } port) span.SetTag("server.port", port);
        span.SetTag("url.scheme", request.Scheme);
        span.SetTag("url.path", (request.PathBase + request.Path).ToString() is { Length: > 0 } path ? path : "/");
        span.SetTag("network.protocol.version", request.Protocol is { Length: > 5 } protocol ? protocol["HTTP/".Length..] : null);
        _options.EnrichWithHttpRequest?.Invoke(span, request);
    }

    private bool IsWanted(HttpContext context)
    {
        try
        {
            return _options.Filter?.Invoke(context) ?? true;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return false;
        }
    }

    private void Stop(Activity span, HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IRouteDiagnosticsMetadata>()?.Route is { Length: > 0 } route)
        {
            span.DisplayName = $"{Name(context.Request.Method)} {route}";
            span.SetTag("http.route", route);
        }

        var code = context.Response.StatusCode;
        span.SetTag("http.response.status_code", code);
        if (code >= StatusCodes.Status500InternalServerError)
        {
            span.SetTag("error.type", code.ToString(CultureInfo.InvariantCulture));
            if (span.Status == ActivityStatusCode.Unset) span.SetStatus(ActivityStatusCode.Error);
        }

        _options.EnrichWithHttpResponse?.Invoke(span, context.Response);
    }

    private static string Name(string method) => Methods.Contains(method) ? method : "HTTP";

    private sealed class Requests(RequestSpans spans) : IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (Activity.Current is not { IsAllDataRequested: true } span || value.Value is not HttpContext context) return;
            if (value.Key == Started) spans.Start(span, context);
            else if (value.Key == Stopped) spans.Stop(span, context);
        }

        public void OnError(Exception error)
        {
        }

        public void OnCompleted()
        {
        }
    }
}
