using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten.Events.Projections;

namespace QrPlatform.Marten.Tests;

/// <summary>Documents that projections keep, in the transaction that appends or behind it.</summary>
public sealed class SnapshotTests(DocumentDatabase documents) : IClassFixture<DocumentDatabase>
{
    private readonly string _tenant = StoreDatabase.NewTenant();

    [Fact]
    public async Task An_inline_snapshot_is_there_when_the_events_are()
    {
        await using var store = Store(ProjectionLifecycle.Inline);
        await using var session = store.LightweightSession(_tenant);
        session.Events.StartStream<KeptAccount>("a", new Opened("Ann"), new Deposited(1));
        session.Events.StartStream<KeptAccount>("b", new Opened("Bob"));
        await session.SaveChangesAsync();
        Assert.Equal(new KeptAccount("a", "Ann", 1) { Version = 2 }, await session.LoadAsync<KeptAccount>("a"));
        Assert.Equal(new KeptAccount("b", "Bob", 0) { Version = 1 }, await session.LoadAsync<KeptAccount>("b"));

        session.Events.Append("a", new Deposited(2), new Deposited(3));
        await session.SaveChangesAsync();
        Assert.Equal(new KeptAccount("a", "Ann", 6) { Version = 4 }, await session.LoadAsync<KeptAccount>("a"));
        Assert.Equal(["a | 4", "b | 1"], await documents.Events.RowsAsync($"select id, mt_version from events.mt_doc_keptaccount where tenant_id = '{_tenant}' order by id"));
    }

    [Fact]
    public async Task An_inline_snapshot_goes_when_there_is_nothing_to_keep_and_comes_back()
    {
        await using var store = Store(ProjectionLifecycle.Inline);
        await using var session = store.LightweightSession(_tenant);
        session.Events.Append("a", new Opened("Ann"));
        await session.SaveChangesAsync();
        session.Events.Append("a", new Closed());
        await session.SaveChangesAsync();
        Assert.Null(await session.LoadAsync<KeptAccount>("a"));

        session.Events.Append("a", new Opened("Bob"));
        await session.SaveChangesAsync();
        Assert.Equal("Bob", (await session.LoadAsync<KeptAccount>("a"))!.Owner);
    }

    [Fact]
    public async Task An_append_that_fails_leaves_the_snapshot_as_it_was()
    {
        await using var store = Store(ProjectionLifecycle.Inline);
        await AppendAsync(store, _tenant, "a", new Opened("Ann"), new Deposited(1));
        await using var session = store.LightweightSession(_tenant);
        session.Events.Append("a", 7, new Deposited(100));
        await Assert.ThrowsAsync<EventStreamUnexpectedMaxEventIdException>(() => session.SaveChangesAsync());
        Assert.Equal(1, (await session.LoadAsync<KeptAccount>("a"))!.Balance);
    }

    [Fact]
    public async Task Writers_at_once_lose_nothing_of_an_inline_snapshot()
    {
        // In Marten, whoever comes second either fails or overwrites the snapshot of the first.
        if (!StoreDatabase.IsStandin) return;

        await using var store = Store(ProjectionLifecycle.Inline);
        await AppendAsync(store, _tenant, "a", new Opened("Ann"));
        await Task.WhenAll(Enumerable.Range(1, 20).Select(amount => AppendAsync(store, _tenant, "a", new Deposited(amount))));
        await using var query = store.QuerySession(_tenant);
        Assert.Equal(new KeptAccount("a", "Ann", 210) { Version = 21 }, await query.LoadAsync<KeptAccount>("a"));
    }

    [Fact]
    public async Task A_projection_that_fails_inline_takes_the_append_with_it()
    {
        await using var store = Rich(options => options.Projections.Add(new Refusing(), ProjectionLifecycle.Inline));
        await using var session = store.LightweightSession(_tenant);
        session.Events.Append("a", new Opened("Ann"));
        await Assert.ThrowsAnyAsync<Exception>(() => session.SaveChangesAsync());
        Assert.Empty(await documents.Events.StreamAsync(_tenant, "a"));
    }

    [Fact]
    public async Task A_projection_of_sql_runs_in_the_transaction_that_appends()
    {
        await documents.Events.ExecuteAsync($"create table public.inline {SequenceLog.Columns}");
        await using var store = Rich(options => options.Projections.Add(new SequenceLog("public.inline"), ProjectionLifecycle.Inline));
        await AppendAsync(store, _tenant, "a", new Opened("Ann"), new Deposited(1));
        Assert.Equal(
            await documents.Events.RowsAsync($"select seq_id, tenant_id, 1 from events.mt_events where tenant_id = '{_tenant}' order by 1"),
            await documents.Events.RowsAsync("select seq_id, tenant, times from public.inline order by 1"));
    }

    [Theory]
    [InlineData(SnapshotLifecycle.Inline)]
    [InlineData(SnapshotLifecycle.Async)]
    public async Task A_document_that_evolves_itself_is_kept(SnapshotLifecycle lifecycle)
    {
        await using var store = Rich(options => options.Projections.Snapshot<Turnover>(lifecycle));
        await AppendAsync(store, _tenant, "a", new Opened("Ann"), new Deposited(1), new Deposited(2));
        await CatchUpAsync(store);
        await using var query = store.QuerySession(_tenant);
        var kept = await query.LoadAsync<Turnover>("a");
        Assert.Equal(("a", 3m, 3), (kept!.Id, kept.Sum, kept.Version));
        Assert.Equal(3m, (await query.Events.AggregateStreamAsync<Turnover>("a"))!.Sum);
    }

    [Fact]
    public async Task An_async_snapshot_follows_and_knows_how_far()
    {
        await using var store = Store(ProjectionLifecycle.Async);
        var other = StoreDatabase.NewTenant();
        await AppendAsync(store, _tenant, "a", new Opened("Ann"), new Deposited(1));
        await AppendAsync(store, other, "a", new Opened("Bob"), new Deposited(2), new Deposited(3));
        await AppendAsync(store, _tenant, "gone", new Opened("Eve"), new Closed());
        await using var session = store.LightweightSession(_tenant);
        Assert.Null(await session.LoadAsync<KeptAccount>("a"));

        await CatchUpAsync(store);

        await using var others = store.QuerySession(other);
        Assert.Equal(new KeptAccount("a", "Ann", 1) { Version = 2 }, await session.LoadAsync<KeptAccount>("a"));
        Assert.Equal(new KeptAccount("a", "Bob", 5) { Version = 3 }, await others.LoadAsync<KeptAccount>("a"));
        Assert.Null(await session.LoadAsync<KeptAccount>("gone"));
        Assert.Equal(
            await documents.Events.ScalarAsync<long>("select max(seq_id) from events.mt_events"),
            await store.Advanced.ProjectionProgressFor(new ShardName("KeptAccount")));

        await AppendAsync(store, _tenant, "a", new Closed());
        await CatchUpAsync(store);
        Assert.Null(await session.LoadAsync<KeptAccount>("a"));
    }

    [Theory]
    [InlineData(ProjectionLifecycle.Inline)]
    [InlineData(ProjectionLifecycle.Async)]
    [InlineData(ProjectionLifecycle.Live)]
    public async Task Fetching_for_writing_gives_the_present_however_far_the_snapshot_is(ProjectionLifecycle lifecycle)
    {
        await using var store = Store(lifecycle);
        await AppendAsync(store, _tenant, "a", new Opened("Ann"), new Deposited(1));
        if (lifecycle == ProjectionLifecycle.Async) await CatchUpAsync(store);
        await AppendAsync(store, _tenant, "a", new Deposited(2));

        await using var session = store.LightweightSession(_tenant);
        var stream = await session.Events.FetchForWriting<KeptAccount>("a");
        Assert.Equal((3L, new KeptAccount("a", "Ann", 3) { Version = 3 }), (stream.StartingVersion, stream.Aggregate));
        stream.AppendMany(new Deposited(3), new Deposited(4));
        Assert.Equal(5, stream.CurrentVersion);
        await session.SaveChangesAsync();
        Assert.Equal(10, (await session.Events.AggregateStreamAsync<KeptAccount>("a"))!.Balance);

        var late = await session.Events.FetchForWriting<KeptAccount>("a", 5);
        late.AppendOne(new Deposited(1));
        await AppendAsync(store, _tenant, "a", new Deposited(100));
        await Assert.ThrowsAsync<EventStreamUnexpectedMaxEventIdException>(() => session.SaveChangesAsync());
    }

    [Theory]
    [InlineData(ProjectionLifecycle.Inline)]
    [InlineData(ProjectionLifecycle.Live)]
    public async Task Fetching_for_writing_at_another_version_than_there_is_fails_at_once(ProjectionLifecycle lifecycle)
    {
        await using var store = Store(lifecycle);
        await AppendAsync(store, _tenant, "a", new Opened("Ann"), new Deposited(1));
        await using var session = store.LightweightSession(_tenant);
        await Assert.ThrowsAsync<ConcurrencyException>(() => session.Events.FetchForWriting<KeptAccount>("a", 1));
        await Assert.ThrowsAsync<ConcurrencyException>(() => session.Events.FetchForWriting<KeptAccount>("a", 3));
        var none = await session.Events.FetchForWriting<KeptAccount>("new", 0);
        Assert.Null(none.Aggregate);
    }

    [Theory]
    [InlineData(ProjectionLifecycle.Inline)]
    [InlineData(ProjectionLifecycle.Async)]
    public async Task A_document_of_many_streams_holds_the_events_that_its_rules_give_it(ProjectionLifecycle lifecycle)
    {
        await using var store = Rich(options => options.Projections.Add<CurrencyTotalProjection>(lifecycle));
        var other = StoreDatabase.NewTenant();
        await AppendAsync(store, _tenant, "a", new Opened("Ann"), new Deposited(1), new Deposited(5, Currency.Dollar));
        await AppendAsync(store, _tenant, "b", new Deposited(2), new Deposited(3));
        await AppendAsync(store, other, "a", new Deposited(100));
        await CatchUpAsync(store);
        Assert.Equal(["1 | 6 | 3 | a,b", "2 | 5 | 1 | a"], await TotalsAsync(store));

        await AppendAsync(store, _tenant, "a", new Closed());
        await CatchUpAsync(store);
        Assert.Equal(["1 | 6 | 3 | b"], await TotalsAsync(store));
        Assert.Equal(
            await documents.Events.RowsAsync($"select max(seq_id) from events.mt_events where tenant_id = '{_tenant}'"),
            await documents.Events.RowsAsync($"select mt_version from events.mt_doc_currencytotal where tenant_id = '{_tenant}'"));
    }

    [Fact]
    public async Task Writers_at_once_on_many_streams_lose_nothing_of_a_document_that_they_share()
    {
        if (!StoreDatabase.IsStandin) return;

        await using var store = Rich(options => options.Projections.Add<CurrencyTotalProjection>(ProjectionLifecycle.Inline));
        await Task.WhenAll(Enumerable.Range(1, 20).Select(i => AppendAsync(store, _tenant, $"s{i}", new Deposited(i), new Deposited(i, Currency.Dollar))));
        await using var query = store.QuerySession(_tenant);
        Assert.Equal((210m, 20), ((await query.LoadAsync<CurrencyTotal>(1))!.Sum, (await query.LoadAsync<CurrencyTotal>(2))!.Deposits));
    }

    [Fact]
    public async Task Pages_add_up_to_the_same_documents_as_a_rebuild()
    {
        await using var store = documents.NewStore(options =>
        {
            options.Projections.Add<CurrencyTotalProjection>(ProjectionLifecycle.Async, async => async.BatchSize = 7);
            options.Projections.Add<KeptAccountProjection>(ProjectionLifecycle.Async, async => async.BatchSize = 3);
        });
        for (var i = 0; i < 30; i++)
            await AppendAsync(store, _tenant, $"s{i % 6}", new Opened($"o{i}"), new Deposited(i, (Currency)(1 + (i % 2))), i % 5 == 4 ? new Closed() : new Deposited(1));
        await CatchUpAsync(store);
        var paged = await DocumentsAsync();

        await documents.Events.ExecuteAsync("update events.mt_doc_currencytotal set data = '{\"Id\": 1}'; delete from events.mt_doc_keptaccount where id = 's0'");
        using var daemon = await store.BuildProjectionDaemonAsync();
        await daemon.RebuildProjectionAsync("CurrencyTotal", CancellationToken.None);
        await daemon.RebuildProjectionAsync<KeptAccount>(CancellationToken.None);

        Assert.Equal(paged, await DocumentsAsync());
        Assert.NotEmpty(paged);
    }

    [Fact]
    public async Task Inline_snapshots_can_be_made_anew()
    {
        await using var store = Store(ProjectionLifecycle.Inline);
        await AppendAsync(store, _tenant, "a", new Opened("Ann"), new Deposited(1));
        await AppendAsync(store, _tenant, "gone", new Opened("Eve"), new Closed());
        var kept = await KeptAsync();
        await documents.Events.ExecuteAsync($"update events.mt_doc_keptaccount set data = '{{\"Id\": \"a\"}}' where tenant_id = '{_tenant}'");
        using var daemon = await store.BuildProjectionDaemonAsync();
        await daemon.RebuildProjectionAsync<KeptAccountProjection>(CancellationToken.None);
        Assert.Equal(kept, await KeptAsync());

        Task<List<string>> KeptAsync() => documents.Events.RowsAsync($"select id, data::text, mt_version from events.mt_doc_keptaccount where tenant_id = '{_tenant}'");
    }

    [Fact]
    public void A_projection_that_does_not_fit_the_store_is_refused_when_the_store_is_built()
    {
        var sameTenant = Assert.Throws<InvalidProjectionException>(
            () => documents.Events.NewStore(options => options.Projections.Add<KeptAccountProjection>(ProjectionLifecycle.Inline)));
        Assert.Contains("Tenancy", sameTenant.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => documents.NewStore(options => options.Projections.Add<Ruleless>(ProjectionLifecycle.Async)));
    }

    /// <summary>Inline projections see versions and numbers: Marten's quick modes draw them too late for that.</summary>
    private DocumentStore Rich(Action<StoreOptions> configure) => documents.NewStore(options =>
    {
        options.Events.AppendMode = EventAppendMode.Rich;
        configure(options);
    });

    private DocumentStore Store(ProjectionLifecycle lifecycle) => Rich(options => options.Projections.Add<KeptAccountProjection>(lifecycle));

    private static async Task AppendAsync(DocumentStore store, string tenant, string stream, params object[] events)
    {
        await using var session = store.LightweightSession(tenant);
        session.Events.Append(stream, events);
        await session.SaveChangesAsync();
    }

    private static async Task CatchUpAsync(DocumentStore store)
    {
        using IProjectionDaemon daemon = await store.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(20));
        await daemon.StopAllAsync();
    }

    private async Task<List<string>> TotalsAsync(DocumentStore store)
    {
        await using var query = store.QuerySession(_tenant);
        var totals = new[] { await query.LoadAsync<CurrencyTotal>(1), await query.LoadAsync<CurrencyTotal>(2) };
        return [.. totals.OfType<CurrencyTotal>().Select(t => $"{t.Id} | {t.Sum} | {t.Deposits} | {string.Join(',', t.Accounts)}")];
    }

    private async Task<List<string>> DocumentsAsync() =>
        [.. await documents.Events.RowsAsync($"select id::text, data::text, mt_version from events.mt_doc_currencytotal where tenant_id = '{_tenant}' order by 1"),
         .. await documents.Events.RowsAsync($"select id, data::text, mt_version from events.mt_doc_keptaccount where tenant_id = '{_tenant}' order by 1")];

    private sealed class Refusing : IProjection
    {
        public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation) =>
            throw new InvalidOperationException("no");
    }

    private sealed class Ruleless : MultiStreamProjection<CurrencyTotal, int>
    {
        public override CurrencyTotal? Evolve(CurrencyTotal? snapshot, int id, IEvent e) => snapshot;
    }
}
