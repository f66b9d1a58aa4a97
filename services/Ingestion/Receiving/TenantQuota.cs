using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace QrPlatform.Ingestion.Receiving;

/// <summary>How many requests a tenant may send; section <c>Ingestion:Quota</c>.</summary>
internal sealed class QuotaOptions
{
    /// <summary>Requests per second in the long run. One client on one machine does not reach the default.</summary>
    public int RequestsPerSecond { get; set; } = 50_000;

    /// <summary>Requests at once.</summary>
    public int Burst { get; set; } = 200_000;
}

/// <summary>One token bucket per tenant, whatever the number of its keys.</summary>
internal sealed class TenantQuota(IOptions<QuotaOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(tenant =>
        RateLimitPartition.GetTokenBucketLimiter(tenant, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.Value.Burst,
            TokensPerPeriod = Math.Max(1, options.Value.RequestsPerSecond / 10),
            ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
            QueueLimit = 0,
        }));

    /// <summary>Whether the tenant may send one more request now; if not, after how long.</summary>
    public bool TryTake(string tenantId, out TimeSpan retryAfter)
    {
        using var lease = _limiter.AttemptAcquire(tenantId);
        retryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
        return lease.IsAcquired;
    }

    /// <inheritdoc/>
    public void Dispose() => _limiter.Dispose();
}
