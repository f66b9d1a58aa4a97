using JasperFx.Events.Projections;

namespace QrPlatform.Marten.Tests;

/// <summary>A store of one test's own with a projection into a table of the test: the high water mark is one for a store.</summary>
public abstract class DaemonDatabase : IAsyncLifetime
{
    protected const string Table = "public.seen";
    protected const string Tenant = "t";

    protected StoreDatabase Events { get; } = new();

    public async Task InitializeAsync()
    {
        await Events.InitializeAsync();
        await Events.ExecuteAsync($"create table {Table} {SequenceLog.Columns}");
    }

    public Task DisposeAsync() => Events.DisposeAsync();

    /// <summary>A store as another process would have it, with <see cref="SequenceLog"/> as projection "Seen".</summary>
    protected DocumentStore Process(SequenceLog? projection = null, int page = 50) => Events.NewStore(options => Project(options, projection, page));

    internal static void Project(StoreOptions options, SequenceLog? projection = null, int page = 50)
    {
        options.Projections.StaleSequenceThreshold = TimeSpan.FromSeconds(1);
        options.Projections.LeadershipPollingTime = 250;
        options.Projections.AgentPauseTime = TimeSpan.FromMilliseconds(100);
        options.Projections.Add(projection ?? new SequenceLog(Table), ProjectionLifecycle.Async, "Seen", async =>
        {
            async.BatchSize = page;
            async.DeleteDataInTableOnTeardown(Table);
        });
    }

    protected async Task AppendManyAsync(int events, int perStream = 10)
    {
        for (var stream = 0; stream * perStream < events; stream++)
            await Events.AppendAsync(Tenant, $"s{Guid.NewGuid():N}", [.. Enumerable.Range(0, perStream).Select(i => new Deposited(i))]);
    }

    protected Task<long> SeenAsync() => Events.ScalarAsync<long>($"select count(*) from {Table}");

    /// <summary>Every event of the store is in the table, and was put there once.</summary>
    protected async Task AssertExactlyOnceAsync()
    {
        Assert.Empty(await Events.RowsAsync($"select e.seq_id from events.mt_events e left join {Table} s using (seq_id) where s.seq_id is null"));
        Assert.Empty(await Events.RowsAsync($"select seq_id, times from {Table} where times > 1"));
    }
}
