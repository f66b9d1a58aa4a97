using JasperFx.Events;

namespace QrPlatform.Marten.Tests;

/// <summary>What becomes of events after they were stored: older types, masked data, metadata, tombstones.</summary>
public sealed class EventHistoryTests(StoreDatabase events) : IClassFixture<StoreDatabase>
{
    private readonly string _tenant = StoreDatabase.NewTenant();

    [Fact]
    public async Task An_event_of_an_older_type_is_read_as_the_newer()
    {
        await events.AppendAsync(_tenant, "a", new Opened("Ann Onym"), new Deposited(1));
        await using var store = events.NewStore(options =>
        {
            options.Events.MapEventType<OpenedByNames>("account_opened_by_names");
            options.Events.Upcast<Opened, OpenedByNames>("account_opened", old => new OpenedByNames(old.Owner.Split(' ')[0], old.Owner.Split(' ')[1]));
        });
        await using var session = store.LightweightSession(_tenant);
        session.Events.Append("a", new OpenedByNames("Bea", "Trix"));
        await session.SaveChangesAsync();

        var stream = await session.Events.FetchStreamAsync("a");
        Assert.Equal([new OpenedByNames("Ann", "Onym"), new Deposited(1), new OpenedByNames("Bea", "Trix")], stream.Select(e => e.Data));
        Assert.IsAssignableFrom<IEvent<OpenedByNames>>(stream[0]);
        Assert.Equal(
            ["account_opened", "money_deposited", "account_opened_by_names"],
            await events.RowsAsync($"select type from events.mt_events where tenant_id = '{_tenant}' order by version"));
    }

    [Fact]
    public async Task Masking_rewrites_the_streams_that_are_named_and_no_other()
    {
        var other = StoreDatabase.NewTenant();
        await events.AppendAsync(_tenant, "a", new Opened("Ann"), new Deposited(1), new Letter { To = "Ann", Text = "Dear Ann" });
        await events.AppendAsync(_tenant, "b", new Opened("Bob"));
        await events.AppendAsync(other, "a", new Opened("Eve"));
        await using var store = Masking();

        await store.Advanced.ApplyEventDataMasking(masking => masking.IncludeStream("a").ForTenant(_tenant), CancellationToken.None);

        var masked = await events.StreamAsync(_tenant, "a");
        Assert.Equal((new Opened("***"), new Deposited(1)), (masked[0].Data, masked[1].Data));
        Assert.Equal(("***", ""), (((Letter)masked[2].Data).To, ((Letter)masked[2].Data).Text));
        Assert.Equal([1, 2, 3], masked.Select(e => e.Version));
        Assert.Equal(new Opened("Bob"), (await events.StreamAsync(_tenant, "b"))[0].Data);
        Assert.Equal(new Opened("Eve"), (await events.StreamAsync(other, "a"))[0].Data);
    }

    [Fact]
    public async Task Masking_takes_only_the_events_that_its_filter_lets_through()
    {
        await events.AppendAsync(_tenant, "a", new Opened("Ann"), new Opened("Bob"));
        await using var store = Masking();
        await store.Advanced.ApplyEventDataMasking(masking => masking.ForTenant(_tenant).IncludeStream("a", e => e.Version == 2));
        Assert.Equal([new Opened("Ann"), new Opened("***")], (await events.StreamAsync(_tenant, "a")).Select(e => e.Data));
    }

    [Fact]
    public async Task Masking_without_a_stream_is_refused()
    {
        await using var store = Masking();
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.Advanced.ApplyEventDataMasking(masking => masking.ForTenant(_tenant)));
    }

    [Fact]
    public async Task A_masked_event_says_so_where_headers_are_stored()
    {
        await using var store = Rich(options => options.Events.AddMaskingRuleForProtectedInformation<Opened>(_ => new Opened("***")));
        await using var session = store.LightweightSession(_tenant);
        session.SetHeader("by", "Ann");
        session.Events.Append("a", new Opened("Ann"), new Deposited(1));
        await session.SaveChangesAsync();

        await store.Advanced.ApplyEventDataMasking(masking => masking.ForTenant(_tenant).IncludeStream("a").AddHeader("masked", "case 7"));

        var stream = await session.Events.FetchStreamAsync("a");
        Assert.Equal(("case 7", "Ann", new Opened("***")), (stream[0].GetHeader("masked")?.ToString(), stream[0].GetHeader("by")?.ToString(), stream[0].Data));
        Assert.Null(stream[1].GetHeader("masked"));
    }

    [Fact]
    public async Task Metadata_is_stored_where_it_is_enabled()
    {
        await using var store = Rich();
        await using var session = store.LightweightSession(_tenant);
        session.CorrelationId = "the request";
        session.CausationId = "the message";
        session.LastModifiedBy = "Ann";
        session.SetHeader("text", "a text");
        session.SetHeader("number", 42);
        session.SetHeader("yes", true);
        session.Events.Append("a", new Opened("Ann"));
        await session.SaveChangesAsync();

        var stored = Assert.Single(await session.Events.FetchStreamAsync("a"));
        Assert.Equal(("the request", "the message", "Ann"), (stored.CorrelationId, stored.CausationId, stored.UserName));
        Assert.Equal(("a text", 42L, true), (stored.GetHeader("text"), stored.GetHeader("number"), stored.GetHeader("yes")));
    }

    [Fact]
    public async Task A_stream_knows_what_it_is_of_and_when_it_began()
    {
        await using var session = events.Store.LightweightSession(_tenant);
        session.Events.StartStream<Account>("a", new Opened("Ann"));
        await session.SaveChangesAsync();
        await events.AppendAsync(_tenant, "a", new Deposited(1));
        var state = await session.Events.FetchStreamStateAsync("a");
        Assert.Equal(("a", 2L, typeof(Account), false), (state!.Key, state.Version, state.AggregateType, state.IsArchived));
        Assert.InRange(state.LastTimestamp, state.Created, DateTimeOffset.MaxValue);
        Assert.Equal("account", await events.ScalarAsync<string>($"select type from events.mt_streams where tenant_id = '{_tenant}'"));
    }

    [Fact]
    public async Task A_stream_can_be_archived_with_its_events_and_stays_readable()
    {
        await events.AppendAsync(_tenant, "a", new Opened("Ann"), new Deposited(1));
        await events.AppendAsync(_tenant, "b", new Opened("Bob"));
        await using var session = events.Store.LightweightSession(_tenant);
        session.Events.ArchiveStream("a");
        await session.SaveChangesAsync();

        Assert.All(await events.StreamAsync(_tenant, "a"), e => Assert.True(e.IsArchived));
        Assert.All(await events.StreamAsync(_tenant, "b"), e => Assert.False(e.IsArchived));
        Assert.Equal(
            ["a | True | 2", "b | False | 1"],
            await events.RowsAsync($"select s.id, s.is_archived, count(*) filter (where e.is_archived = s.is_archived) from events.mt_streams s join events.mt_events e on e.tenant_id = s.tenant_id and e.stream_id = s.id where s.tenant_id = '{_tenant}' group by 1, 2 order by 1"));
    }

    [Fact]
    public async Task Appending_optimistically_fails_when_another_was_faster()
    {
        await events.AppendAsync(_tenant, "a", new Opened("Ann"));
        await using var slow = events.Store.LightweightSession(_tenant);
        await slow.Events.AppendOptimistic("a", new Deposited(1));
        await events.AppendAsync(_tenant, "a", new Deposited(2));
        await Assert.ThrowsAsync<EventStreamUnexpectedMaxEventIdException>(() => slow.SaveChangesAsync());

        await using var alone = events.Store.LightweightSession(_tenant);
        await alone.Events.AppendOptimistic("a", new Deposited(3));
        await alone.SaveChangesAsync();
        Assert.Equal([1, 2, 3], (await events.StreamAsync(_tenant, "a")).Select(e => e.Version));
    }

    [Fact]
    public async Task Two_starters_of_one_stream_are_told_apart()
    {
        async Task<string> StartAsync(int number)
        {
            await using var session = events.Store.LightweightSession(_tenant);
            session.Events.StartStream<Account>("a", new Opened($"{number}"));
            try
            {
                await session.SaveChangesAsync();
                return "started";
            }
            catch (global::Marten.Exceptions.ExistingStreamIdCollisionException)
            {
                return "collision";
            }
        }

        var outcomes = await Task.WhenAll(Enumerable.Range(1, 6).Select(StartAsync));
        Assert.Single(outcomes, "started");
        Assert.Equal(5, outcomes.Count(o => o == "collision"));
        Assert.Single(await events.StreamAsync(_tenant, "a"));
    }

    private DocumentStore Masking() => events.NewStore(options =>
    {
        options.Events.AddMaskingRuleForProtectedInformation<Opened>(opened => opened with { Owner = "***" });
        options.Events.AddMaskingRuleForProtectedInformation<IAddressed>(addressed => addressed.To = "***");
        options.Events.AddMaskingRuleForProtectedInformation<Letter>(letter => { letter.Text = ""; });
    });

    private DocumentStore Rich(Action<StoreOptions>? more = null) => events.NewStore(options =>
    {
        options.DatabaseSchemaName = options.Events.DatabaseSchemaName = "rich";
        options.Events.MetadataConfig.EnableAll();
        more?.Invoke(options);
    });

    public sealed record OpenedByNames(string First, string Last);

    public interface IAddressed
    {
        string To { get; set; }
    }

    public sealed record Letter : IAddressed
    {
        public string To { get; set; } = "";

        public string Text { get; set; } = "";
    }
}
