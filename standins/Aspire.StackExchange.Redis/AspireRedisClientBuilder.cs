using Microsoft.Extensions.Hosting;

namespace Aspire.StackExchange.Redis;

/// <summary>What further registrations for one Redis connection build upon.</summary>
/// <param name="hostBuilder">The host that the client was added to.</param>
/// <param name="settings">The settings in force.</param>
/// <param name="serviceKey">The key of a keyed registration, else null.</param>
public sealed class AspireRedisClientBuilder(IHostApplicationBuilder hostBuilder, StackExchangeRedisSettings settings, string? serviceKey)
{
    /// <summary>The host that the client was added to.</summary>
    public IHostApplicationBuilder HostBuilder { get; } = hostBuilder ?? throw new ArgumentNullException(nameof(hostBuilder));

    /// <summary>The settings in force.</summary>
    public StackExchangeRedisSettings Settings { get; } = settings;

    /// <summary>The key of a keyed registration, else null.</summary>
    public string? ServiceKey { get; } = serviceKey;
}
