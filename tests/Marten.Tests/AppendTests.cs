using JasperFx;
using JasperFx.Events;
using Marten.Exceptions;

namespace QrPlatform.Marten.Tests;

public sealed class AppendTests(StoreDatabase store) : IClassFixture<StoreDatabase>
{
    private readonly string _tenant = StoreDatabase.NewTenant();

    [Fact]
    public async Task Versions_count_from_one_without_holes()
    {
        await store.AppendAsync(_tenant, "a", new Opened("Ann"), new Deposited(1));
        await store.AppendAsync(_tenant, "a", new Deposited(2));
        var events = await store.StreamAsync(_tenant, "a");
        Assert.Equal([1, 2, 3], events.Select(e => e.Version));
        Assert.Equal(events.Select(e => e.Sequence).Order(), events.Select(e => e.Sequence));
    }

    [Fact]
    public async Task What_is_read_is_what_was_appended()
    {
        await store.AppendAsync(_tenant, "a", new Opened("Ann"), new Deposited(12.34m, Currency.Dollar));

        var stored = (await store.StreamAsync(_tenant, "a"))[1];
        Assert.Equal(new Deposited(12.34m, Currency.Dollar), stored.Data);
        Assert.Equal(new Deposited(12.34m, Currency.Dollar), Assert.IsAssignableFrom<IEvent<Deposited>>(stored).Data);
        Assert.Equal(("a", _tenant, "money_deposited", typeof(Deposited)), (stored.StreamKey, stored.TenantId, stored.EventTypeName, stored.EventType));
        Assert.Equal("QrPlatform.Marten.Tests.Deposited, QrPlatform.Marten.Tests", stored.DotNetTypeName);
        Assert.NotEqual(Guid.Empty, stored.Id);
        Assert.InRange(stored.Timestamp, DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.MaxValue);
        Assert.Equal(
            """{"Amount": 12.34, "Currency": 2}""",
            await store.ScalarAsync<string>($"select data::text from events.mt_events where tenant_id = '{_tenant}' and version = 2"));
    }

    [Fact]
    public async Task A_saved_event_knows_its_version_and_number()
    {
        await using var session = store.Store.LightweightSession(_tenant);
        var action = session.Events.Append("a", new Opened("Ann"), new Deposited(1));
        await session.SaveChangesAsync();
        Assert.Equal([1, 2], (await store.StreamAsync(_tenant, "a")).Select(e => e.Version));
        Assert.Equal("a", action.Key);
    }

    [Fact]
    public async Task An_expected_version_is_that_after_the_append()
    {
        await store.AppendAsync(_tenant, "a", new Opened("Ann"), new Deposited(1));
        await using var session = store.Store.LightweightSession(_tenant);
        session.Events.Append("a", 4, new Deposited(2), new Deposited(3));
        await session.SaveChangesAsync();
        Assert.Equal(4, (await session.Events.FetchStreamStateAsync("a"))!.Version);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_wrong_expected_version_is_refused_and_nothing_is_written(long expected)
    {
        await store.AppendAsync(_tenant, "a", new Opened("Ann"), new Deposited(1));
        await using var session = store.Store.LightweightSession(_tenant);
        session.Events.Append("a", expected, new Deposited(2));
        session.Events.Append("b", new Opened("Bob"));

        var refused = await Assert.ThrowsAsync<EventStreamUnexpectedMaxEventIdException>(() => session.SaveChangesAsync());

        Assert.IsAssignableFrom<ConcurrencyException>(refused);
        Assert.Equal(2, (await store.StreamAsync(_tenant, "a")).Count);
        Assert.Empty(await store.StreamAsync(_tenant, "b"));
    }

    [Fact]
    public async Task Of_two_writers_at_one_version_one_wins_and_the_other_is_told()
    {
        await store.AppendAsync(_tenant, "a", new Opened("Ann"));

        async Task<bool> TryAsync(decimal amount)
        {
            await using var session = store.Store.LightweightSession(_tenant);
            session.Events.Append("a", 2, new Deposited(amount));
            try
            {
                await session.SaveChangesAsync();
                return true;
            }
            catch (EventStreamUnexpectedMaxEventIdException)
            {
                return false;
            }
        }

        var won = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => TryAsync(i)));
        Assert.Single(won, winner => winner);
        Assert.Equal(2, (await store.StreamAsync(_tenant, "a")).Count);
    }

    [Fact]
    public async Task Writers_without_an_expectation_all_append()
    {
        await Task.WhenAll(Enumerable.Range(1, 20).Select(i => store.AppendAsync(_tenant, "a", new Deposited(i))));
        Assert.Equal(Enumerable.Range(1, 20).Select(v => (long)v), (await store.StreamAsync(_tenant, "a")).Select(e => e.Version));
    }

    [Fact]
    public async Task A_stream_is_started_once()
    {
        await store.AppendAsync(_tenant, "a", new Opened("Ann"));
        await using var session = store.Store.LightweightSession(_tenant);
        session.Events.StartStream<Account>("a", new Opened("Bob"));
        var refused = await Assert.ThrowsAsync<ExistingStreamIdCollisionException>(() => session.SaveChangesAsync());
        Assert.Equal("a", refused.Id);
    }

    [Fact]
    public void A_stream_is_not_started_without_events()
    {
        using var session = store.Store.LightweightSession(_tenant);
        Assert.Throws<EmptyEventStreamException>(() => session.Events.StartStream<Account>("a"));
    }

    [Fact]
    public async Task An_archived_stream_takes_no_more_events()
    {
        await store.AppendAsync(_tenant, "a", new Opened("Ann"));
        await using (var archiving = store.Store.LightweightSession(_tenant))
        {
            archiving.Events.ArchiveStream("a");
            await archiving.SaveChangesAsync();
            Assert.True((await archiving.Events.FetchStreamStateAsync("a"))!.IsArchived);
        }

        await Assert.ThrowsAsync<InvalidStreamOperationException>(() => store.AppendAsync(_tenant, "a", new Deposited(1)));
    }

    [Fact]
    public async Task Tenants_have_streams_of_their_own_under_one_key()
    {
        var other = StoreDatabase.NewTenant();
        await store.AppendAsync(_tenant, "a", new Opened("Ann"));
        await store.AppendAsync(other, "a", new Opened("Bob"), new Deposited(1));

        Assert.Equal(new Opened("Ann"), Assert.Single(await store.StreamAsync(_tenant, "a")).Data);
        Assert.Equal(2, (await store.StreamAsync(other, "a")).Count);
        Assert.Empty(await store.StreamAsync(StoreDatabase.NewTenant(), "a"));
        await using var stranger = store.Store.QuerySession(StoreDatabase.NewTenant());
        Assert.Null(await stranger.Events.FetchStreamStateAsync("a"));
    }

    [Fact]
    public async Task A_stream_is_read_from_and_to_a_version_and_up_to_a_time()
    {
        await store.AppendAsync(_tenant, "a", new Opened("Ann"), new Deposited(1), new Deposited(2), new Deposited(3));
        await using var session = store.Store.QuerySession(_tenant);
        Assert.Equal([1, 2], (await session.Events.FetchStreamAsync("a", version: 2)).Select(e => e.Version));
        Assert.Equal([3, 4], (await session.Events.FetchStreamAsync("a", fromVersion: 3)).Select(e => e.Version));
        Assert.Empty(await session.Events.FetchStreamAsync("a", timestamp: DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public async Task An_aggregate_is_what_its_events_make_of_it()
    {
        await store.AppendAsync(_tenant, "a", new Opened("Ann"), new Deposited(1), new Deposited(2));
        await using var session = store.Store.QuerySession(_tenant);
        Assert.Equal(new Account("a", "Ann", 3), await session.Events.AggregateStreamAsync<Account>("a"));
        Assert.Equal(new Account("a", "Ann", 1), await session.Events.AggregateStreamAsync<Account>("a", version: 2));
        Assert.Null(await session.Events.AggregateStreamAsync<Account>("none"));
    }

    [Fact]
    public async Task An_aggregate_fetched_for_writing_is_written_at_the_version_that_was_read()
    {
        await store.AppendAsync(_tenant, "a", new Opened("Ann"));
        await using var session = store.Store.LightweightSession(_tenant);
        var stream = await session.Events.FetchForWriting<Account>("a");
        Assert.Equal((1, new Account("a", "Ann", 0)), (stream.CurrentVersion, stream.Aggregate));
        stream.AppendOne(new Deposited(1));

        await store.AppendAsync(_tenant, "a", new Deposited(100));

        await Assert.ThrowsAsync<EventStreamUnexpectedMaxEventIdException>(() => session.SaveChangesAsync());
    }

    [Fact]
    public async Task A_session_writes_its_sql_and_its_events_together_or_not_at_all()
    {
        await store.ExecuteAsync("create table if not exists public.notes (tenant text, note text, number int)");
        await store.AppendAsync(_tenant, "a", new Opened("Ann"));
        await using (var failing = store.Store.LightweightSession(_tenant))
        {
            failing.QueueSqlCommand("insert into public.notes values (?, ?, ?)", _tenant, "lost", 1);
            failing.Events.StartStream<Account>("a", new Opened("Bob"));
            await Assert.ThrowsAsync<ExistingStreamIdCollisionException>(() => failing.SaveChangesAsync());
        }

        await using var session = store.Store.LightweightSession(_tenant);
        session.QueueSqlCommand("insert into public.notes values (?, ?, ?)", _tenant, "kept", 2);
        session.QueueSqlCommand('^', "insert into public.notes select ^, 'with a question mark', 3 where '{\"a\": 1}'::jsonb ? 'a'", _tenant);
        session.Events.Append("a", new Deposited(1));
        await session.SaveChangesAsync();

        Assert.Equal(["kept | 2", "with a question mark | 3"], await store.RowsAsync($"select note, number from public.notes where tenant = '{_tenant}' order by number"));
        Assert.Equal(2, (await store.StreamAsync(_tenant, "a")).Count);
    }
}
