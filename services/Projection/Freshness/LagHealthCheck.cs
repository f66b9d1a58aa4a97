using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace QrPlatform.Projection.Freshness;

/// <summary>Says in the service's <c>/health</c> how far the projections are behind. Old numbers are still numbers: the service stays in use.</summary>
internal sealed class LagHealthCheck(ProjectionLag lag) : IHealthCheck
{
    // Far above what a burst makes of the promised 5 seconds.
    private const double TooFarBehindSeconds = 60;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var lags = lag.Read();
        if (lags.Count == 0) return Task.FromResult(HealthCheckResult.Degraded("How far the projections are behind is not known."));
        var text = string.Join("; ", lags.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Projection} is {one.Events} events and {one.Seconds:0.0} s behind")));
        return Task.FromResult(lags.Any(one => one.Seconds > TooFarBehindSeconds) ? HealthCheckResult.Degraded(text) : HealthCheckResult.Healthy(text));
    }
}
