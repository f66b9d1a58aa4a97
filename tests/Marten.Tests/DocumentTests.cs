using Marten.Exceptions;

namespace QrPlatform.Marten.Tests;

public sealed record Note(string Id, string Text);

public sealed class Numbered
{
    public int Id { get; set; }

    public string? Text { get; set; }
}

public sealed class Counted
{
    public long Id { get; set; }
}

public sealed class Unnamed
{
    public Guid Id { get; set; }

    public Shade Colour { get; set; }

    public enum Shade
    {
        Red = 1,
        Blue = 2,
    }
}

public sealed record Nameless(string Text);

public static class Outer
{
    public sealed record InnerDocumentWithANameThatLeavesNoRoomForItsKey(string Id);
}

public sealed class DocumentTests(DocumentDatabase documents) : IClassFixture<DocumentDatabase>
{
    private readonly string _tenant = StoreDatabase.NewTenant();

    private IDocumentSession Session(string? tenant = null) => documents.Store.LightweightSession(tenant ?? _tenant);

    [Fact]
    public async Task What_is_stored_is_loaded_by_its_id()
    {
        var unnamed = new Unnamed { Colour = Unnamed.Shade.Blue };
        await using var session = Session();
        session.Store(new Note("n", "text"));
        session.Store(new Numbered { Id = 7, Text = "seven" });
        session.Store(new Counted { Id = 5_000_000_000 });
        session.Store(unnamed);
        await session.SaveChangesAsync();

        await using var query = documents.Store.QuerySession(_tenant);
        Assert.Equal(new Note("n", "text"), await query.LoadAsync<Note>("n"));
        Assert.Equal("seven", (await query.LoadAsync<Numbered>(7))!.Text);
        Assert.NotNull(await query.LoadAsync<Counted>(5_000_000_000));
        Assert.NotEqual(Guid.Empty, unnamed.Id);
        Assert.Equal(Unnamed.Shade.Blue, (await query.LoadAsync<Unnamed>(unnamed.Id))!.Colour);
        Assert.Null(await query.LoadAsync<Note>("another"));
    }

    [Fact]
    public async Task Storing_again_replaces_and_deleting_removes()
    {
        await using var session = Session();
        session.Store(new Note("n", "first"), new Note("m", "stays"));
        await session.SaveChangesAsync();
        session.Store(new Note("n", "second"));
        await session.SaveChangesAsync();
        Assert.Equal("second", (await session.LoadAsync<Note>("n"))!.Text);

        session.Delete<Note>("n");
        session.Delete<Note>("never there");
        await session.SaveChangesAsync();
        Assert.Null(await session.LoadAsync<Note>("n"));
        session.Delete(new Note("m", "whatever"));
        await session.SaveChangesAsync();
        Assert.Null(await session.LoadAsync<Note>("m"));
    }

    [Fact]
    public async Task A_lightweight_session_does_not_see_what_it_has_not_saved()
    {
        await using var session = Session();
        session.Store(new Note("n", "text"));
        Assert.Null(await session.LoadAsync<Note>("n"));
        await session.SaveChangesAsync();
        Assert.NotNull(await session.LoadAsync<Note>("n"));
    }

    [Fact]
    public async Task Tenants_have_documents_of_their_own_under_one_id()
    {
        var other = StoreDatabase.NewTenant();
        await using var mine = Session();
        await using var theirs = Session(other);
        mine.Store(new Note("n", "mine"));
        theirs.Store(new Note("n", "theirs"));
        await mine.SaveChangesAsync();
        await theirs.SaveChangesAsync();
        Assert.Equal("mine", (await mine.LoadAsync<Note>("n"))!.Text);

        theirs.Delete<Note>("n");
        await theirs.SaveChangesAsync();
        Assert.Null(await theirs.LoadAsync<Note>("n"));
        Assert.NotNull(await mine.LoadAsync<Note>("n"));
    }

    [Fact]
    public async Task Documents_events_and_sql_are_saved_together_or_not_at_all()
    {
        await using (var session = Session())
        {
            session.Events.StartStream<Account>("a", new Opened("Ann"));
            session.Store(new Note("n", "kept"));
            await session.SaveChangesAsync();
        }

        await using var failing = Session();
        failing.Store(new Note("n", "lost"));
        failing.Events.StartStream<Account>("a", new Opened("Bob"));
        await Assert.ThrowsAsync<ExistingStreamIdCollisionException>(() => failing.SaveChangesAsync());
        Assert.Equal("kept", (await failing.LoadAsync<Note>("n"))!.Text);
    }

    [Fact]
    public async Task A_document_is_kept_as_Marten_keeps_it()
    {
        await using var session = Session();
        session.Store(new Note("n", "text"));
        await session.SaveChangesAsync();
        Assert.Equal(
            [$$"""n | {"Id": "n", "Text": "text"} | QrPlatform.Marten.Tests.Note | {{_tenant}}"""],
            await documents.Events.RowsAsync($"select id, data::text, mt_dotnet_type, tenant_id from events.mt_doc_note where tenant_id = '{_tenant}'"));
    }

    [Fact]
    public async Task An_id_of_another_type_and_a_document_without_one_are_refused()
    {
        await using var session = Session();
        await Assert.ThrowsAsync<DocumentIdTypeMismatchException>(() => session.LoadAsync<Note>(Guid.NewGuid()));
        Assert.Throws<InvalidDocumentException>(() => session.Store(new Nameless("text")));
        Assert.ThrowsAny<Exception>(() => session.Store(new Note("", "text")));
    }

    [Fact]
    public async Task A_key_whose_name_would_be_too_long_is_shortened_and_stays_unique()
    {
        await using var session = Session();
        session.Store(new Outer.InnerDocumentWithANameThatLeavesNoRoomForItsKey("x"));
        await session.SaveChangesAsync();
        var key = await documents.Events.ScalarAsync<string>("""
            select conname::text from pg_constraint
            where conrelid = 'events.mt_doc_outer_innerdocumentwithanamethatleavesnoroomforitskey'::regclass and contype = 'p'
            """);
        Assert.Equal(63, key.Length);
        Assert.Matches("^pkey_mt_doc_outer_innerdocumentwithanamethatleavesnoroomfo_[0-9a-f]{4}$", key);
    }

    [Fact]
    public async Task A_table_is_made_by_whoever_needs_it_first_also_when_several_do()
    {
        await documents.Events.ExecuteAsync("drop table if exists events.mt_doc_counted");
        await Task.WhenAll(Enumerable.Range(1, 6).Select(async number =>
        {
            await using var process = documents.NewStore();
            await using var session = process.LightweightSession(_tenant);
            session.Store(new Counted { Id = number });
            await session.SaveChangesAsync();
        }));
        Assert.Equal(6, await documents.Events.ScalarAsync<long>($"select count(*) from events.mt_doc_counted where tenant_id = '{_tenant}'"));
    }
}

/// <summary>A store whose documents belong to tenants.</summary>
public sealed class DocumentDatabase : IAsyncLifetime
{
    public StoreDatabase Events { get; } = new();

    public DocumentStore Store { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Events.InitializeAsync();
        Store = NewStore();
    }

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        await Events.DisposeAsync();
    }

    public DocumentStore NewStore(Action<StoreOptions>? more = null) => Events.NewStore(options =>
    {
        options.Policies.AllDocumentsAreMultiTenanted();
        more?.Invoke(options);
    });
}
