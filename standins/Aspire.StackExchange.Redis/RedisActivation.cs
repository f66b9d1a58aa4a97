using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Aspire.StackExchange.Redis;

/// <summary>
/// Opens the connection when the host starts, on a thread of its own: the client blocks while it connects, up to its timeout where Redis is away; the
/// host must not, and the thread pool, on whose threads the client reads its answers, has only as many as the machine has cores.
/// </summary>
internal sealed class RedisActivation(Func<IConnectionMultiplexer> connection) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(connection, stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
