using JasperFx.Events;
using Npgsql;
using QrPlatform.Enrichment.EventStore;

namespace QrPlatform.Enrichment.Tests.EventStore;

public sealed class ScanEventAppenderTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private readonly string _tenant = StoreFixture.NewTenant();

    [Fact]
    public async Task Appends_a_batch_over_several_streams_in_order_with_versions_from_one()
    {
        var result = await store.AppendAsync(Event("1", "a"), Event("2", "b"), Event("3", "a"), Event("4", "a"));

        Assert.Equal(4, result.AppendedCount);
        var a = await store.StreamAsync(_tenant, "a");
        Assert.Equal([1, 2, 3], a.Select(e => e.Version));
        Assert.Equal(["1", "3", "4"], a.Select(e => ((Happened)e.Data).What));
        Assert.Equal(a.Select(e => e.Sequence).Order(), a.Select(e => e.Sequence));
        var b = Assert.Single(await store.StreamAsync(_tenant, "b"));
        Assert.True(a[0].Sequence < b.Sequence && b.Sequence < a[1].Sequence);
    }

    [Fact]
    public async Task Goes_on_where_the_stream_ended_also_where_Marten_appended_to_it()
    {
        await store.AppendAsync(Event("1", "a"));
        await using (var session = store.Store.LightweightSession(_tenant))
        {
            session.Events.Append("a", new Happened("by Marten"));
            await session.SaveChangesAsync();
        }

        await store.AppendAsync(Event("2", "a"));

        var events = await store.StreamAsync(_tenant, "a");
        Assert.Equal([1, 2, 3], events.Select(e => e.Version));
        await using var query = store.Store.QuerySession(_tenant);
        Assert.Equal(3, (await query.Events.FetchStreamStateAsync("a"))!.Version);
    }

    [Fact]
    public async Task Appends_an_event_once_however_often_it_comes()
    {
        await store.AppendAsync(Event("1", "a"), Event("2", "a"));
        var again = await store.AppendAsync(Event("2", "a"), Event("3", "a"), Event("1", "another"));

        Assert.Equal([AppendOutcome.Known, AppendOutcome.Appended, AppendOutcome.Known], again.Outcomes);
        Assert.Equal(3, (await store.StreamAsync(_tenant, "a")).Count);
        Assert.Empty(await store.StreamAsync(_tenant, "another"));
    }

    [Fact]
    public async Task Keeps_the_first_of_several_events_with_one_id_in_a_batch()
    {
        var result = await store.AppendAsync(
            StoreFixture.Event(_tenant, "1", "a", "first"), StoreFixture.Event(_tenant, "1", "b", "second"), StoreFixture.Event(_tenant, "1", "a", "first"));

        Assert.Equal([AppendOutcome.Appended, AppendOutcome.KnownWithOtherContent, AppendOutcome.Known], result.Outcomes);
        Assert.Equal("first", ((Happened)Assert.Single(await store.StreamAsync(_tenant, "a")).Data).What);
    }

    [Fact]
    public async Task Tells_another_event_under_a_known_id_from_a_repetition()
    {
        await store.AppendAsync(StoreFixture.Event(_tenant, "1", "a", "first"));
        var result = await store.AppendAsync(StoreFixture.Event(_tenant, "1", "a", "second"), StoreFixture.Event(_tenant, "1", "a", "first"));
        Assert.Equal([AppendOutcome.KnownWithOtherContent, AppendOutcome.Known], result.Outcomes);
    }

    [Fact]
    public async Task Lets_tenants_use_the_same_event_ids_and_streams()
    {
        var other = StoreFixture.NewTenant();
        var result = await store.AppendAsync(Event("1", "a"), StoreFixture.Event(other, "1", "a", "theirs"));

        Assert.Equal(2, result.AppendedCount);
        Assert.Equal("theirs", ((Happened)Assert.Single(await store.StreamAsync(other, "a")).Data).What);
        Assert.Equal("1", ((Happened)Assert.Single(await store.StreamAsync(_tenant, "a")).Data).What);
    }

    [Fact]
    public async Task Draws_no_numbers_for_what_is_known()
    {
        await store.AppendAsync(Event("1", "a"));
        await using var connection = await store.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await new ScanEventAppender().AppendAsync(connection, transaction, [Event("1", "a")], CancellationToken.None);

        // This session's currval exists only once it has drawn a number.
        await using var command = new NpgsqlCommand("select currval('events.mt_events_sequence')", connection, transaction);
        var refused = await Assert.ThrowsAsync<PostgresException>(async () => await command.ExecuteScalarAsync());
        Assert.Equal(PostgresErrorCodes.ObjectNotInPrerequisiteState, refused.SqlState);
    }

    [Fact]
    public async Task Refuses_an_archived_stream_and_leaves_nothing_behind()
    {
        await store.AppendAsync(Event("1", "closed"));
        await using (var session = store.Store.LightweightSession(_tenant))
        {
            session.Events.ArchiveStream("closed");
            await session.SaveChangesAsync();
        }

        var refused = await Assert.ThrowsAsync<StreamArchivedException>(() => store.AppendAsync(Event("2", "open"), Event("3", "closed")));

        Assert.Equal(["closed"], refused.StreamIds);
        Assert.Empty(await store.StreamAsync(_tenant, "open"));
        Assert.Equal(1, (await store.AppendAsync(Event("2", "open"))).AppendedCount);
    }

    [Fact]
    public async Task Forgets_the_ids_of_a_batch_that_is_rolled_back()
    {
        await using (var connection = await store.Database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await new ScanEventAppender().AppendAsync(connection, transaction, [Event("1", "a")], CancellationToken.None);
            await transaction.RollbackAsync();
        }

        Assert.True((await store.AppendAsync(Event("1", "a"))).IsNew(0));
        Assert.Single(await store.StreamAsync(_tenant, "a"));
    }

    [Fact]
    public async Task Writers_with_overlapping_ids_and_streams_neither_deadlock_nor_append_twice()
    {
        const int Ids = 400;
        async Task<int> WriteAsync(int seed)
        {
            var random = new Random(seed);
            var appended = 0;
            for (var batch = 0; batch < 12; batch++)
            {
                // Ids and streams in a random order, so that unsorted locks would meet crosswise.
                var events = Enumerable.Range(0, 60).Select(_ => random.Next(Ids)).Select(id => Event($"{id}", $"s{id % 17}")).ToList();
                appended += (await store.AppendAsync(events)).AppendedCount;
            }

            return appended;
        }

        var appended = await Task.WhenAll(Enumerable.Range(1, 8).Select(WriteAsync)).WaitAsync(TimeSpan.FromSeconds(60));

        var stored = new List<IEvent>();
        for (var stream = 0; stream < 17; stream++)
        {
            var events = await store.StreamAsync(_tenant, $"s{stream}");
            Assert.Equal(Enumerable.Range(1, events.Count).Select(v => (long)v), events.Select(e => e.Version));
            stored.AddRange(events);
        }

        Assert.Equal(appended.Sum(), stored.Count);
        Assert.Equal(stored.Count, stored.Select(e => ((Happened)e.Data).What).Distinct().Count());
    }

    [Fact]
    public async Task Batches_and_sessions_at_once_number_a_stream_without_holes()
    {
        async Task BatchesAsync(int writer)
        {
            for (var batch = 0; batch < 10; batch++)
                await store.AppendAsync(Event($"{writer}.{batch}.1", "a"), Event($"{writer}.{batch}.2", "b"), Event($"{writer}.{batch}.3", "a"));
        }

        async Task SessionsAsync(int writer)
        {
            for (var append = 0; append < 10; append++)
            {
                await using var session = store.Store.LightweightSession(_tenant);
                session.Events.Append("a", new Happened($"{writer}.{append}"));
                await session.SaveChangesAsync();
            }
        }

        await Task.WhenAll(Enumerable.Range(1, 4).SelectMany(writer => new[] { BatchesAsync(writer), SessionsAsync(-writer) })).WaitAsync(TimeSpan.FromSeconds(60));

        await using var query = store.Store.QuerySession(_tenant);
        foreach (var (stream, count) in new[] { ("a", 120L), ("b", 40L) })
        {
            Assert.Equal(Enumerable.Range(1, (int)count).Select(v => (long)v), (await query.Events.FetchStreamAsync(stream)).Select(e => e.Version));
            Assert.Equal(count, (await query.Events.FetchStreamStateAsync(stream))!.Version);
        }
    }

    [Fact]
    public async Task Notifies_those_who_listen_for_appends_when_it_commits()
    {
        await using var listener = await store.Database.OpenConnectionAsync();
        await using (var listen = new NpgsqlCommand("listen mt_events_appended", listener)) await listen.ExecuteNonQueryAsync();
        await store.AppendAsync(Event("1", "a"));
        Assert.True(await listener.WaitAsync(5000));
    }

    private ScanEventToAppend Event(string eventId, string stream) => StoreFixture.Event(_tenant, eventId, stream, eventId);
}
