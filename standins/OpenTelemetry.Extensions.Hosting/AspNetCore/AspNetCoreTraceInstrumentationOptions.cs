using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace OpenTelemetry.Instrumentation.AspNetCore;

/// <summary>Which requests become spans, and what is noted of them.</summary>
public class AspNetCoreTraceInstrumentationOptions
{
    /// <summary>Requests for which it answers false, or fails, become no span, and neither does what they cause.</summary>
    public Func<HttpContext, bool>? Filter { get; set; }

    /// <summary>Adds to a span when its request begins.</summary>
    public Action<Activity, HttpRequest>? EnrichWithHttpRequest { get; set; }

    /// <summary>Adds to a span when its response is done.</summary>
    public Action<Activity, HttpResponse>? EnrichWithHttpResponse { get; set; }
}
