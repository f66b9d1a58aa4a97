using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Aspire.StackExchange.Redis;

/// <summary>
/// Opens the connection when the host starts, on another thread: the client waits for its connect timeout where Redis is away, and the host must not.
/// </summary>
internal sealed class RedisActivation(Func<IConnectionMultiplexer> connection) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(connection, stoppingToken);
}
