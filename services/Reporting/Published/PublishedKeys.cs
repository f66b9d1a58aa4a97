using StackExchange.Redis;

namespace QrPlatform.Reporting.Published;

/// <summary>
/// Names of the figures that are kept in the cache for others to read (<c>docs/cache.md</c>). Each names its tenant, whose rows were counted
/// (<c>all</c>: every campaign) and the catalogue that defines the figures, so that no reader takes one for another.
/// </summary>
internal static class PublishedKeys
{
    /// <summary>A string: a JSON object with <c>total_scans</c>, <c>avg_lead_score</c>, <c>revenue</c> and <c>as_of</c>, of all time.</summary>
    public static RedisKey Campaign(string tenantId, string catalogue, string campaignId) => $"campaign:summary:{tenantId}:all:{Short(catalogue)}:{campaignId}";

    /// <summary>A hash with <c>conversion_rate</c>, <c>total_scans</c> and <c>as_of</c>, of all time.</summary>
    public static RedisKey Country(string tenantId, string catalogue, string country) => $"geo:performance:{tenantId}:all:{Short(catalogue)}:{country}";

    /// <summary>A hash of an hour (its first instant, UTC): campaign → scans.</summary>
    public static RedisKey Hour(string tenantId, string catalogue, DateTimeOffset hour) =>
        $"realtime:scans:{tenantId}:all:{Short(catalogue)}:{hour.UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'}";

    private static string Short(string catalogue) => catalogue[..12];
}
