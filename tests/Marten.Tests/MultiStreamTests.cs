using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten.Events.Projections;

namespace QrPlatform.Marten.Tests;

/// <summary>Documents of the events of many streams.</summary>
public sealed class MultiStreamTests(DocumentDatabase documents) : IClassFixture<DocumentDatabase>
{
    private readonly string _tenant = StoreDatabase.NewTenant();

    [Theory]
    [InlineData(ProjectionLifecycle.Inline)]
    [InlineData(ProjectionLifecycle.Async)]
    public async Task A_document_of_many_streams_holds_the_events_that_its_rules_give_it(ProjectionLifecycle lifecycle)
    {
        await using var store = documents.NewRichStore(options => options.Projections.Add<CurrencyTotalProjection>(lifecycle));
        var other = StoreDatabase.NewTenant();
        await DocumentDatabase.AppendAsync(store, _tenant, "a", new Opened("Ann"), new Deposited(1), new Deposited(5, Currency.Dollar));
        await DocumentDatabase.AppendAsync(store, _tenant, "b", new Deposited(2), new Deposited(3));
        await DocumentDatabase.AppendAsync(store, other, "a", new Deposited(100));
        await DocumentDatabase.CatchUpAsync(store);
        Assert.Equal(["1 | 6 | 3 | a,b", "2 | 5 | 1 | a"], await TotalsAsync(store));

        await DocumentDatabase.AppendAsync(store, _tenant, "a", new Closed());
        await DocumentDatabase.CatchUpAsync(store);
        Assert.Equal(["1 | 6 | 3 | b"], await TotalsAsync(store));
        Assert.Equal(
            await documents.Events.RowsAsync($"select max(seq_id) from events.mt_events where tenant_id = '{_tenant}'"),
            await documents.Events.RowsAsync($"select mt_version from events.mt_doc_currencytotal where tenant_id = '{_tenant}'"));
    }

    [Fact]
    public async Task Writers_at_once_on_many_streams_lose_nothing_of_a_document_that_they_share()
    {
        if (!StoreDatabase.IsStandin) return;

        await using var store = documents.NewRichStore(options => options.Projections.Add<CurrencyTotalProjection>(ProjectionLifecycle.Inline));
        await Task.WhenAll(Enumerable.Range(1, 20).Select(i => DocumentDatabase.AppendAsync(store, _tenant, $"s{i}", new Deposited(i), new Deposited(i, Currency.Dollar))));
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
            await DocumentDatabase.AppendAsync(store, _tenant, $"s{i % 6}", new Opened($"o{i}"), new Deposited(i, (Currency)(1 + (i % 2))), i % 5 == 4 ? new Closed() : new Deposited(1));
        await DocumentDatabase.CatchUpAsync(store);
        var paged = await DocumentsAsync();

        await documents.Events.ExecuteAsync("update events.mt_doc_currencytotal set data = '{\"Id\": 1}'; delete from events.mt_doc_keptaccount where id = 's0'");
        using var daemon = await store.BuildProjectionDaemonAsync();
        await daemon.RebuildProjectionAsync("CurrencyTotal", CancellationToken.None);
        await daemon.RebuildProjectionAsync<KeptAccount>(CancellationToken.None);

        Assert.Equal(paged, await DocumentsAsync());
        Assert.NotEmpty(paged);
    }

    [Fact]
    public void A_projection_without_a_rule_is_refused_when_the_store_is_built() =>
        Assert.ThrowsAny<Exception>(() => documents.NewStore(options => options.Projections.Add<Ruleless>(ProjectionLifecycle.Async)));

    private async Task<List<string>> TotalsAsync(DocumentStore store)
    {
        await using var query = store.QuerySession(_tenant);
        var totals = new[] { await query.LoadAsync<CurrencyTotal>(1), await query.LoadAsync<CurrencyTotal>(2) };
        return [.. totals.OfType<CurrencyTotal>().Select(t => $"{t.Id} | {t.Sum} | {t.Deposits} | {string.Join(',', t.Accounts)}")];
    }

    private async Task<List<string>> DocumentsAsync() =>
        [.. await documents.Events.RowsAsync($"select id::text, data::text, mt_version from events.mt_doc_currencytotal where tenant_id = '{_tenant}' order by 1"),
         .. await documents.Events.RowsAsync($"select id, data::text, mt_version from events.mt_doc_keptaccount where tenant_id = '{_tenant}' order by 1")];

    private sealed class Ruleless : MultiStreamProjection<CurrencyTotal, int>
    {
        public override CurrencyTotal? Evolve(CurrencyTotal? snapshot, int id, IEvent e) => snapshot;
    }
}
