using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using QrPlatform.Contracts.Projections;
using QrPlatform.Projection.Advances;
using QrPlatform.Testing;

namespace QrPlatform.Projection.Tests.Advances;

public sealed class AdvancePublisherTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<ProjectionAdvanced> _heard = new();
    private NpgsqlDataSource _database = null!;
    private IBusControl _bus = null!;
    private AdvancePublisher _publisher = null!;
    private AdvanceListener _listener = null!;

    public async Task InitializeAsync()
    {
        _database = NpgsqlDataSource.Create(await TestServers.CreateDatabaseAsync());
        var address = await TestServers.CreateVirtualHostAsync();
        _bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(address);
            rabbit.ReceiveEndpoint(new TemporaryEndpointDefinition(), endpoint => endpoint.Handler<ProjectionAdvanced>(context =>
            {
                _heard.Enqueue(context.Message);
                return Task.CompletedTask;
            }));
        });
        await _bus.StartAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        _publisher = new AdvancePublisher(_bus, TimeProvider.System, NullLogger<AdvancePublisher>.Instance);
        await _publisher.StartAsync(CancellationToken.None);
        _listener = new AdvanceListener(_database, [_publisher], TimeProvider.System, NullLogger<AdvanceListener>.Instance);
        await _listener.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(async () =>
        {
            await NotifyAsync(AdvanceNotice.Of(1, 1, ["first"]));
            return !_heard.IsEmpty;
        }, "it listens");
    }

    public async Task DisposeAsync()
    {
        await _listener.StopAsync(CancellationToken.None);
        await _publisher.StopAsync(CancellationToken.None);
        await _bus.StopAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Tells_of_committed_pages_only_and_of_many_at_once()
    {
        await NotifyAsync(AdvanceNotice.Of(900, 900, ["rolled-back"]), commit: false);
        await NotifyAsync(AdvanceNotice.Of(901, 901, ["another-process"]) with { Origin = Guid.NewGuid() });
        for (var i = 100; i <= 160; i++) await NotifyAsync(AdvanceNotice.Of(i, i, [$"tenant-{i % 3}"]));
        await Eventually.TrueAsync(() => Task.FromResult(_heard.Any(message => message.Position == 160)), "the last page is told of");

        Assert.DoesNotContain(_heard, message => message.Position > 160);
        var own = _heard.Where(message => message.Position >= 100).ToList();
        Assert.Equal(["tenant-0", "tenant-1", "tenant-2"], own.SelectMany(message => message.Tenants).Where(tenant => tenant != "first").Distinct().Order());
        Assert.True(own.Count < 40, $"{own.Count} messages for 61 pages");
    }

    [Fact]
    public async Task Listens_again_after_its_connection_was_cut()
    {
        await using (var cut = _database.CreateCommand("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen%'"))
            await cut.ExecuteNonQueryAsync();
        await Eventually.TrueAsync(async () =>
        {
            await NotifyAsync(AdvanceNotice.Of(500, 500, ["again"]));
            return _heard.Any(message => message.Position == 500);
        }, "it hears again");
    }

    [Fact]
    public void Names_no_tenant_where_there_are_too_many_for_a_notice()
    {
        var many = AdvanceNotice.Of(7, 7, Enumerable.Range(0, 5_000).Select(i => $"tenant-{i}"));
        Assert.Empty(many.Tenants);
        var full = AdvanceNotice.Of(long.MaxValue, long.MaxValue, Enumerable.Range(0, 70).Select(i => new string('t', 60) + i));
        Assert.True(full.Encode().Length < 8_000);
        var decoded = AdvanceNotice.Decode(full.Encode())!;
        Assert.Equal(full.Tenants, decoded.Tenants);
        Assert.Equal(full with { Tenants = [] }, decoded with { Tenants = [] });
        foreach (var nonsense in (string[])["x y", $"{Guid.Empty:N} 1 2", $"{Guid.Empty:N} 1 2 x", $"{Guid.Empty:N} 1 2 {long.MaxValue} demo"]) Assert.Null(AdvanceNotice.Decode(nonsense));
    }

    private async Task NotifyAsync(AdvanceNotice notice, bool commit = true)
    {
        await using var connection = await _database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var notify = new NpgsqlCommand($"select pg_notify('{AdvanceNotice.Channel}', $1)", connection) { Parameters = { new() { Value = notice.Encode() } } };
        await notify.ExecuteNonQueryAsync();
        if (commit) await transaction.CommitAsync();
        else await transaction.RollbackAsync();
    }
}
