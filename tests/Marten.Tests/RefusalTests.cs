using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten.Subscriptions;

namespace QrPlatform.Marten.Tests;

/// <summary>What the stand-in has a member for and does not do: it says so, and names the package that does.</summary>
public sealed class RefusalTests(DocumentDatabase documents) : IClassFixture<DocumentDatabase>
{
    [Fact]
    public async Task What_is_outside_of_the_subset_names_the_real_package()
    {
        if (!StoreDatabase.IsStandin) return;

        await using var store = documents.NewStore(options =>
        {
            options.Projections.Add<KeptAccountProjection>(ProjectionLifecycle.Inline);
            options.Projections.Subscribe(new Idle());
        });
        await using var session = store.LightweightSession(StoreDatabase.NewTenant());
        using var daemon = await store.BuildProjectionDaemonAsync();

        await RefusesAsync(() => session.Store(new KeptAccount("a", "Ann", 1)));
        await RefusesAsync(() => session.Store(new Numbered()));
        await RefusesAsync(() => session.Store<object>(new Note("n", "text")));
        await RefusesAsync(() => session.Store(new List<int>()));
        await RefusesAsync(() => documents.NewStore(options => options.Projections.Snapshot<Note>(SnapshotLifecycle.Inline)));
        await RefusesAsync(() => session.Events.AggregateStreamAsync<Note>("a"));
        await RefusesAsync(() => store.Advanced.ApplyEventDataMasking(masking => masking.IncludeEvents(e => e.Version > 1)));
        await RefusesAsync(() => daemon.RebuildProjectionAsync("Idle", CancellationToken.None));
        await RefusesAsync(async () => await store.BuildProjectionDaemonAsync("another database"));
        await RefusesAsync(() => store.Advanced.AllProjectionProgress("another database"));
    }

    private static Task RefusesAsync(Action act) => RefusesAsync(() =>
    {
        act();
        return Task.CompletedTask;
    });

    private static async Task RefusesAsync(Func<Task> act)
    {
        var refusal = await Assert.ThrowsAsync<NotSupportedException>(act);
        Assert.Contains("Marten 9.29", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("PackageSet=upstream", refusal.Message, StringComparison.Ordinal);
    }

    private sealed class Idle : ISubscription
    {
        public Task<IChangeListener> ProcessEventsAsync(
            EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken) =>
            Task.FromResult(NullChangeListener.Instance);
    }
}
