using Testcontainers.PostgreSql;
using Testcontainers.RabbitMq;
using Testcontainers.Redis;

namespace QrPlatform.Testing;

/// <summary>The same servers in containers, at the versions that run natively. Only the upstream package set compiles this file.</summary>
internal sealed partial record OwnServers
{
    static partial void StartContainers(ref Task<OwnServers>? servers) => servers = StartContainersAsync();

    private static async Task<OwnServers> StartContainersAsync()
    {
        const int ManagementPort = 15672;
        var postgres = new PostgreSqlBuilder().WithImage("postgres:15").WithCommand("-c", "max_connections=200").Build();
        var rabbit = new RabbitMqBuilder().WithImage("rabbitmq:3.10-management").WithPortBinding(ManagementPort, true).Build();
        var redis = new RedisBuilder().WithImage("redis:7.0").Build();

        // The library's own companion container removes all three when this process has ended.
        using var deadline = new CancellationTokenSource(Deadline);
        await Task.WhenAll(postgres.StartAsync(deadline.Token), rabbit.StartAsync(deadline.Token), redis.StartAsync(deadline.Token));

        var amqp = new Uri(rabbit.GetConnectionString());
        var management = new UriBuilder(amqp) { Scheme = Uri.UriSchemeHttp, Port = rabbit.GetMappedPublicPort(ManagementPort), Path = "/" };
        return new OwnServers(postgres.GetConnectionString(), amqp, management.Uri, redis.GetConnectionString());
    }
}
