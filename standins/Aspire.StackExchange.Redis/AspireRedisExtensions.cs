using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds Redis connections to a host.</summary>
public static class AspireRedisExtensions
{
    private const string Section = "Aspire:StackExchange:Redis";

    /// <summary>Adds a singleton <see cref="IConnectionMultiplexer"/> for <c>ConnectionStrings:{connectionName}</c>, and its health check.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="connectionName">Names the connection string and the configuration section.</param>
    /// <param name="configureSettings">Changes the settings after they were read.</param>
    /// <param name="configureOptions">Changes the client's options after they were read.</param>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        AddRedisClientBuilder(builder, connectionName, configureSettings, configureOptions);

    /// <summary>The same as <see cref="AddRedisClient"/>, registered under the key <paramref name="name"/>.</summary>
    public static void AddKeyedRedisClient(
        this IHostApplicationBuilder builder,
        string name,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        AddKeyedRedisClientBuilder(builder, name, configureSettings, configureOptions);

    /// <summary>The same as <see cref="AddRedisClient"/>, returning what further registrations build upon.</summary>
    public static AspireRedisClientBuilder AddRedisClientBuilder(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        Add(builder, connectionName, configureSettings, configureOptions, serviceKey: null);

    /// <summary>The same as <see cref="AddKeyedRedisClient"/>, returning what further registrations build upon.</summary>
    public static AspireRedisClientBuilder AddKeyedRedisClientBuilder(
        this IHostApplicationBuilder builder,
        string name,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        Add(builder, name, configureSettings, configureOptions, serviceKey: name);

    private static AspireRedisClientBuilder Add(
        IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings,
        Action<ConfigurationOptions>? configureOptions,
        string? serviceKey)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);

        var settings = ReadSettings(builder.Configuration, connectionName);
        configureSettings?.Invoke(settings);

        Func<IServiceProvider, IConnectionMultiplexer> connect = _ =>
            ConnectionMultiplexer.Connect(RedisOptions.Read(builder.Configuration.GetSection(Section), connectionName, settings, configureOptions));
        Func<IServiceProvider, IConnectionMultiplexer> resolve = serviceKey is null
            ? services => services.GetRequiredService<IConnectionMultiplexer>()
            : services => services.GetRequiredKeyedService<IConnectionMultiplexer>(serviceKey);

        if (serviceKey is null) builder.Services.AddSingleton(connect);
        else builder.Services.AddKeyedSingleton(serviceKey, (services, _) => connect(services));

        if (!settings.DisableAutoActivation)
            builder.Services.AddSingleton<IHostedService>(services => new RedisActivation(() => resolve(services)));
        if (!settings.DisableHealthChecks)
            AddHealthCheck(builder.Services, serviceKey is null ? "StackExchange.Redis" : $"StackExchange.Redis_{connectionName}", resolve);

        return new AspireRedisClientBuilder(builder, settings, serviceKey);
    }

    private static StackExchangeRedisSettings ReadSettings(IConfiguration configuration, string connectionName)
    {
        var settings = new StackExchangeRedisSettings();
        configuration.GetSection(Section).Bind(settings);
        configuration.GetSection($"{Section}:{connectionName}").Bind(settings);
        if (configuration.GetConnectionString(connectionName) is { } connectionString) settings.ConnectionString = connectionString;
        return settings;
    }

    // Added once per name: two registrations of one connection share the check.
    private static void AddHealthCheck(IServiceCollection services, string name, Func<IServiceProvider, IConnectionMultiplexer> resolve) =>
        services.AddHealthChecks().Services.Configure<HealthCheckServiceOptions>(checks =>
        {
            if (checks.Registrations.Any(registration => registration.Name == name)) return;
            checks.Registrations.Add(new HealthCheckRegistration(
                name,
                provider => new RedisHealthCheck(() => resolve(provider)),
                failureStatus: null,
                tags: null,
                timeout: TimeSpan.FromSeconds(3)));
        });
}
