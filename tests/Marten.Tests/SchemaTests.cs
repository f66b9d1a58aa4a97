namespace QrPlatform.Marten.Tests;

/// <summary>Making the tables; what they look like is in <see cref="SchemaCatalogTests"/>.</summary>
public sealed class SchemaTests(StoreDatabase store) : IClassFixture<StoreDatabase>
{
    [Fact]
    public async Task Applying_the_schema_again_or_from_several_processes_changes_nothing()
    {
        await store.AppendAsync("schema", "kept", new Opened("Ann"));
        await using var other = store.NewStore();
        await Task.WhenAll(
            store.Store.Storage.ApplyAllConfiguredChangesToDatabaseAsync(), other.Storage.ApplyAllConfiguredChangesToDatabaseAsync());
        Assert.Single(await store.StreamAsync("schema", "kept"));
    }

    [Fact]
    public async Task Removing_everything_leaves_nothing_and_all_is_made_again_when_it_is_needed()
    {
        await using var passing = DocumentStore.For(options =>
        {
            options.Connection(store.Database);
            options.DatabaseSchemaName = "passing";
        });
        await using var session = passing.LightweightSession();
        for (var round = 0; round < 2; round++)
        {
            session.Events.StartStream(Guid.NewGuid(), new Opened("Ann"));
            session.Store(new Note("n", "text"));
            await session.SaveChangesAsync();
            Assert.NotNull(await session.LoadAsync<Note>("n"));
            Assert.Equal(1, (await passing.Advanced.FetchEventStoreStatistics()).EventCount);

            await passing.Advanced.Clean.CompletelyRemoveAllAsync();
            Assert.Empty(await store.RowsAsync("select relname from pg_class where relnamespace = 'passing'::regnamespace"));
        }

        Assert.Null(await session.LoadAsync<Note>("n"));
    }

    [Fact]
    public async Task Streams_of_one_tenant_can_have_guids_for_ids()
    {
        await using var guids = DocumentStore.For(options =>
        {
            options.Connection(store.Database);
            options.DatabaseSchemaName = "guids";
        });
        await guids.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        var stream = Guid.NewGuid();
        await using var session = guids.LightweightSession();
        session.Events.StartStream(stream, new Opened("Ann"));
        await session.SaveChangesAsync();

        var stored = Assert.Single(await session.Events.FetchStreamAsync(stream));
        Assert.Equal(stream, stored.StreamId);
        Assert.Equal("opened", stored.EventTypeName);
    }
}
