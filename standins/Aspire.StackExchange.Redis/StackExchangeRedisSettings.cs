namespace Aspire.StackExchange.Redis;

/// <summary>How to connect to a Redis server, read from <c>Aspire:StackExchange:Redis</c> and <c>Aspire:StackExchange:Redis:{connectionName}</c>.</summary>
public sealed class StackExchangeRedisSettings
{
    /// <summary>The comma-delimited configuration string; <c>ConnectionStrings:{connectionName}</c> wins over the sections.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Whether the health check is left out; false by default.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Whether tracing is left out; false by default. The client that is underneath here has no tracing, so that this changes nothing.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Whether the connection is opened by its first user only, instead of when the host starts; false by default.</summary>
    public bool DisableAutoActivation { get; set; }
}
