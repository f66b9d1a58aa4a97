using Aspire.StackExchange.Redis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using QrPlatform.Testing;
using StackExchange.Redis;

namespace QrPlatform.Gateway.Tests.Redis;

/// <summary>What services rely on of <c>AddRedisClient</c>, whichever package set it comes from.</summary>
public sealed class RedisClientTests
{
    [Fact]
    public async Task Connects_by_the_connection_string_and_checks_its_health()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration["ConnectionStrings:redis"] = await TestServers.RedisAsync();
        builder.Configuration["Aspire:StackExchange:Redis:ConnectionString"] = "127.0.0.1:1";
        StackExchangeRedisSettings? read = null;
        builder.AddRedisClient("redis", settings => read = settings);
        using var host = builder.Build();
        await host.StartAsync();

        var redis = host.Services.GetRequiredService<IConnectionMultiplexer>();
        var key = "test:" + Guid.NewGuid().ToString("N");
        Assert.True(await redis.GetDatabase().StringSetAsync(key, "value", TimeSpan.FromMinutes(1)));
        Assert.Equal("value", (string?)await redis.GetDatabase().StringGetAsync(key));
        await redis.GetDatabase().KeyDeleteAsync(key);

        Assert.Same(redis, host.Services.GetRequiredService<IConnectionMultiplexer>());
        Assert.Equal(await TestServers.RedisAsync(), read!.ConnectionString);
        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(("StackExchange.Redis", HealthStatus.Healthy), (health.Entries.Single().Key, health.Status));
        await host.StopAsync();
    }

    [Fact]
    public async Task Starts_while_redis_is_away()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration["ConnectionStrings:redis"] = "127.0.0.1:1";
        builder.AddRedisClient("redis", configureOptions: options => options.ConnectTimeout = 500);
        using var host = builder.Build();
        await host.StartAsync();

        Assert.False(host.Services.GetRequiredService<IConnectionMultiplexer>().IsConnected);
        Assert.Equal(HealthStatus.Unhealthy, (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status);
        await host.StopAsync();
    }

    [Fact]
    public async Task Reads_the_sections_and_keeps_keyed_connections_apart()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration["Aspire:StackExchange:Redis:DisableHealthChecks"] = "true";
        builder.Configuration["Aspire:StackExchange:Redis:cache:ConnectionString"] = await TestServers.RedisAsync();
        builder.Configuration["Aspire:StackExchange:Redis:cache:ConfigurationOptions:ClientName"] = "tests";
        builder.Configuration["ConnectionStrings:other"] = await TestServers.RedisAsync();
        builder.AddKeyedRedisClient("cache");
        var other = builder.AddKeyedRedisClientBuilder("other");
        using var host = builder.Build();

        var cache = host.Services.GetRequiredKeyedService<IConnectionMultiplexer>("cache");
        Assert.Equal("tests", cache.ClientName);
        Assert.NotSame(cache, host.Services.GetRequiredKeyedService<IConnectionMultiplexer>("other"));
        Assert.Null(host.Services.GetService<IConnectionMultiplexer>());
        Assert.Equal(("other", true), (other.ServiceKey, other.Settings.DisableHealthChecks));
    }

    [Fact]
    public void Says_which_connection_string_is_missing()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.AddRedisClient("redis");
        using var host = builder.Build();

        var missing = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<IConnectionMultiplexer>());
        Assert.Contains("ConnectionStrings:redis", missing.Message, StringComparison.Ordinal);
    }
}
