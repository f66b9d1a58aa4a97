using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten.Services;
using Marten.Subscriptions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using QrPlatform.Testing;

namespace QrPlatform.Marten.Tests;

public sealed class SubscriptionTests : DaemonDatabase
{
    [Fact]
    public async Task A_subscription_is_handed_every_event_once_and_in_order()
    {
        await AppendManyAsync(130);
        var relay = new Relay();
        await using var process = Subscribed(relay);
        await RunAsync(process);
        await AppendManyAsync(20);
        await using (var again = Subscribed(relay)) await RunAsync(again);

        Assert.Equal(150, await SeenAsync());
        await AssertExactlyOnceAsync();
        Assert.Equal(relay.Handed.Order(), relay.Handed);
        Assert.Equal(150, (await process.Advanced.AllProjectionProgress()).Single(state => state.ShardName == "Relay:All").Sequence);
        Assert.All(relay.Ranges, range => Assert.InRange(range.Events.Count, 1, 50));
        Assert.All(relay.Ranges, range => Assert.True(range.SequenceFloor < range.Events[0].Sequence && range.Events[^1].Sequence <= range.SequenceCeiling));
    }

    [Fact]
    public async Task A_page_that_fails_is_handed_over_again_whole()
    {
        await AppendManyAsync(100);
        var failures = 0;
        var relay = new Relay { Before = page => page.SequenceFloor >= 50 && failures++ < 2 ? throw new InvalidOperationException("not yet") : Task.CompletedTask };
        await using var process = Subscribed(relay);
        await RunAsync(process);
        Assert.True(failures >= 2);
        Assert.Equal(100, await SeenAsync());
        await AssertExactlyOnceAsync();
    }

    [Fact]
    public async Task A_listener_hears_of_the_commit_before_and_after_it()
    {
        await AppendManyAsync(10);
        var heard = new List<string>();
        var listener = new Listener(async moment =>
        {
            heard.Add($"{moment} {await SeenAsync()}");
            if (heard.Count == 1) throw new InvalidOperationException("before the commit everything can still be taken back");
        });
        await using var process = Subscribed(new Relay { Listener = listener });
        await RunAsync(process);
        Assert.Equal(["before 0", "before 0", "after 10"], heard);
        await AssertExactlyOnceAsync();
    }

    [Fact]
    public async Task A_subscription_to_some_types_passes_over_the_others()
    {
        await Events.AppendAsync(Tenant, "a", new Opened("Ann"), new Deposited(1));
        await Events.AppendAsync(Tenant, "b", new Opened("Bob"), new Deposited(2), new Closed());
        var relay = new Relay();
        await using var process = Events.NewStore(options =>
        {
            Fast(options);
            options.Projections.Subscribe(relay, subscription =>
            {
                subscription.Name = "Some";
                subscription.IncludeType<Opened>();
                subscription.IncludeType<Closed>();
            });
        });
        await RunAsync(process);
        Assert.Equal([1, 3, 5], relay.Handed);
        Assert.Equal(5, await process.Advanced.ProjectionProgressFor(new ShardName("Some")));
    }

    [Theory]
    [InlineData(ServiceLifetime.Singleton)]
    [InlineData(ServiceLifetime.Scoped)]
    public async Task A_host_runs_a_subscription_of_its_container(ServiceLifetime lifetime)
    {
        await AppendManyAsync(120);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var calls = new Calls();
        builder.Services.AddSingleton(calls);
        builder.Services
            .AddMarten(options =>
            {
                Events.Configure(options);
                Fast(options);
            })
            .UseLightweightSessions()
            .AddSubscriptionWithServices<Resolved>(lifetime, subscription => subscription.Options.BatchSize = 50)
            .AddAsyncDaemon(DaemonMode.Solo);
        using var host = builder.Build();
        await host.StartAsync();
        await Eventually.TrueAsync(async () => await SeenAsync() == 120, "all events");
        await host.StopAsync();
        await AssertExactlyOnceAsync();
        Assert.Equal(lifetime == ServiceLifetime.Singleton ? 1 : calls.Pages, calls.Instances.Distinct().Count());
    }

    private DocumentStore Subscribed(Relay relay) => Events.NewStore(options =>
    {
        Fast(options);
        options.Projections.Subscribe(relay, subscription => subscription.Options.BatchSize = 50);
    });

    private static void Fast(StoreOptions options)
    {
        options.Projections.StaleSequenceThreshold = TimeSpan.FromSeconds(1);
        options.Projections.AgentPauseTime = TimeSpan.FromMilliseconds(100);
    }

    private static async Task RunAsync(DocumentStore process)
    {
        using var daemon = await process.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(20));
        await daemon.StopAllAsync();
    }

    private static void Note(IDocumentOperations operations, EventRange page) => operations.QueueSqlCommand(
        $"insert into {Table} select *, 1 from unnest(?::bigint[], ?::text[]) on conflict (seq_id) do update set times = {Table}.times + 1",
        page.Events.Select(e => e.Sequence).ToArray(), page.Events.Select(e => e.TenantId).ToArray());

    private sealed class Relay : ISubscription
    {
        public List<long> Handed { get; } = [];

        public List<EventRange> Ranges { get; } = [];

        public Func<EventRange, Task>? Before { get; init; }

        public IChangeListener Listener { get; init; } = NullChangeListener.Instance;

        public async Task<IChangeListener> ProcessEventsAsync(
            EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
        {
            if (Before is not null) await Before(page);
            Handed.AddRange(page.Events.Select(e => e.Sequence));
            Ranges.Add(page);
            Note(operations, page);
            return Listener;
        }
    }

    private sealed class Listener(Func<string, Task> hear) : IChangeListener
    {
        public Task BeforeCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token) => hear("before");

        public Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token) => hear("after");
    }

    private sealed class Calls
    {
        public List<object> Instances { get; } = [];

        public int Pages => Instances.Count;
    }

    private sealed class Resolved(Calls calls) : ISubscription
    {
        public Task<IChangeListener> ProcessEventsAsync(
            EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
        {
            calls.Instances.Add(this);
            Note(operations, page);
            return Task.FromResult(NullChangeListener.Instance);
        }
    }
}
