using JasperFx.Events.Daemon;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using QrPlatform.Testing;

namespace QrPlatform.Marten.Tests;

public sealed class HotColdTests : DaemonDatabase
{
    [Fact]
    public async Task Two_daemons_at_once_project_every_event_once()
    {
        await AppendManyAsync(300);
        await using var first = Process(page: 20);
        await using var second = Process(page: 30);
        using var one = await first.BuildProjectionDaemonAsync();
        using var two = await second.BuildProjectionDaemonAsync();
        await Task.WhenAll(one.StartAllAsync(), two.StartAllAsync());
        await AppendManyAsync(100);
        await one.WaitForNonStaleData(TimeSpan.FromSeconds(20));
        await Task.WhenAll(one.StopAllAsync(), two.StopAllAsync());
        Assert.Equal(400, await SeenAsync());
        await AssertExactlyOnceAsync();
    }

    [Fact]
    public async Task Of_two_hosts_one_works_and_the_other_takes_over_when_it_stops()
    {
        var pages = new int[2];
        using var hosts = new Hosts(StartAsync(0), StartAsync(1));
        var running = await hosts.StartAsync();
        await AppendManyAsync(60);
        await Eventually.TrueAsync(async () => await SeenAsync() == 60, "the first host's events");
        Assert.Equal(0, Math.Min(pages[0], pages[1]));

        var leader = pages[0] > 0 ? 0 : 1;
        await running[leader].StopAsync();
        await AppendManyAsync(40);

        await Eventually.TrueAsync(async () => await SeenAsync() == 100, "the second host's events");
        Assert.True(pages[1 - leader] > 0);
        await running[1 - leader].StopAsync();
        await AssertExactlyOnceAsync();

        IHost StartAsync(int index)
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Services
                .AddMarten(options =>
                {
                    Events.Configure(options);
                    Project(options, new SequenceLog(Table, _ =>
                    {
                        Interlocked.Increment(ref pages[index]);
                        return Task.CompletedTask;
                    }));
                })
                .UseLightweightSessions()
                .ApplyAllDatabaseChangesOnStartup()
                .AddAsyncDaemon(DaemonMode.HotCold);
            return builder.Build();
        }
    }

    [Fact]
    public async Task The_container_gives_sessions_and_the_store()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMarten(Events.Configure).UseLightweightSessions();
        using var host = builder.Build();
        await using var scope = host.Services.CreateAsyncScope();
        Assert.NotNull(scope.ServiceProvider.GetRequiredService<IDocumentSession>());
        Assert.NotNull(scope.ServiceProvider.GetRequiredService<IQuerySession>());
        Assert.Same(host.Services.GetRequiredService<IDocumentStore>(), scope.ServiceProvider.GetRequiredService<IDocumentStore>());
    }

    private sealed class Hosts(params IHost[] hosts) : IDisposable
    {
        public async Task<IHost[]> StartAsync()
        {
            foreach (var host in hosts) await host.StartAsync();
            return hosts;
        }

        public void Dispose()
        {
            foreach (var host in hosts) host.Dispose();
        }
    }
}
