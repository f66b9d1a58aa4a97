namespace OpenTelemetry.Metrics;

/// <summary>Metrics of the runtime.</summary>
public static class MeterProviderBuilderExtensions
{
    /// <summary>Collects the runtime's own meter, which .NET 9 and later have: garbage collection, thread pool, exceptions, processor time.</summary>
    public static MeterProviderBuilder AddRuntimeInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter("System.Runtime");
    }
}
