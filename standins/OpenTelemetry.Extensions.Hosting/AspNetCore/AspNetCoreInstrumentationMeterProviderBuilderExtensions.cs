namespace OpenTelemetry.Metrics;

/// <summary>Metrics of incoming requests.</summary>
public static class AspNetCoreInstrumentationMeterProviderBuilderExtensions
{
    // Every meter that ASP.NET Core 10 has; listening to one that is not there costs nothing.
    private static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Http.Connections", "Microsoft.AspNetCore.Routing",
        "Microsoft.AspNetCore.Diagnostics", "Microsoft.AspNetCore.RateLimiting", "Microsoft.AspNetCore.Components",
        "Microsoft.AspNetCore.Components.Server.Circuits", "Microsoft.AspNetCore.Components.Lifecycle", "Microsoft.AspNetCore.Authorization",
        "Microsoft.AspNetCore.Authentication", "Microsoft.AspNetCore.Identity", "Microsoft.AspNetCore.MemoryPool",
    ];

    /// <summary>Collects ASP.NET Core's meters.</summary>
    public static MeterProviderBuilder AddAspNetCoreInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter(Meters);
    }
}
