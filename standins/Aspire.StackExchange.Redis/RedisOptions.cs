using Microsoft.Extensions.Configuration;
using StackExchange.Redis;

namespace Aspire.StackExchange.Redis;

/// <summary>Makes the client's options from the connection string, the configuration sections and code, in this order.</summary>
internal static class RedisOptions
{
    /// <summary>Milliseconds that synchronous calls may take: what newer clients start from; 1.2.6 alone would say 1000.</summary>
    private const int SyncTimeout = 5000;

    /// <exception cref="InvalidOperationException">Nothing names an endpoint.</exception>
    public static ConfigurationOptions Read(
        IConfigurationSection section,
        string connectionName,
        StackExchangeRedisSettings settings,
        Action<ConfigurationOptions>? configure)
    {
        var options = settings.ConnectionString is { Length: > 0 } connectionString ? Parse(connectionString) : new ConfigurationOptions { AbortOnConnectFail = false };
        section.GetSection("ConfigurationOptions").Bind(options);
        section.GetSection($"{connectionName}:ConfigurationOptions").Bind(options);
        configure?.Invoke(options);

        return options.EndPoints.Count > 0
            ? options
            : throw new InvalidOperationException(
                $"No endpoints specified. Ensure a valid connection string was provided in 'ConnectionStrings:{connectionName}' or for the '{section.Path}:ConnectionString' configuration key.");
    }

    private static ConfigurationOptions Parse(string connectionString)
    {
        var options = ConfigurationOptions.Parse(connectionString);

        // Not the client's default: a service starts while Redis is away, and connects as soon as it is there.
        if (!Says("abortConnect")) options.AbortOnConnectFail = false;
        if (!Says("syncTimeout")) options.SyncTimeout = SyncTimeout;
        return options;

        bool Says(string option) => connectionString.Contains(option + "=", StringComparison.OrdinalIgnoreCase);
    }
}
