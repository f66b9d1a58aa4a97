using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten.Events.Aggregation;
using Marten.Exceptions;

namespace QrPlatform.Marten.Tests;

/// <summary>Marten's own defaults: streams with guids for ids, one tenant, everything in one schema.</summary>
public sealed class GuidStreamTests(StoreDatabase database) : IClassFixture<StoreDatabase>
{
    private readonly Guid _stream = Guid.NewGuid();

    [Fact]
    public async Task A_stream_and_its_snapshot_live_under_one_guid()
    {
        await using var store = Store();
        await using var session = store.LightweightSession();
        session.Events.StartStream<Visit>(_stream, new Opened("Ann"), new Deposited(1));
        await session.SaveChangesAsync();
        await session.Events.AppendOptimistic(_stream, new Deposited(2));
        await session.SaveChangesAsync();
        session.Events.Append(_stream, 4, new Deposited(3));
        await session.SaveChangesAsync();

        Assert.Equal((_stream, 3, 4L), await session.LoadAsync<Visit>(_stream) is { } visit ? (visit.Id, visit.Deposits, visit.Version) : default);
        Assert.Equal(2, (await session.Events.AggregateStreamAsync<Visit>(_stream, version: 3))!.Deposits);
        Assert.Null(await session.Events.AggregateStreamAsync<Visit>(_stream, version: 9));
        Assert.Equal(_stream, (await session.Events.FetchStreamStateAsync(_stream))!.Id);

        var stream = await session.Events.FetchForWriting<Visit>(_stream, 4);
        stream.AppendOne(new Deposited(4));
        await session.SaveChangesAsync();
        Assert.Equal([1, 2, 3, 4, 5], (await session.Events.FetchStreamAsync(_stream)).Select(e => e.Version));
    }

    [Fact]
    public async Task A_guid_stream_is_masked_and_archived()
    {
        await using var store = Store();
        await using var session = store.LightweightSession();
        session.Events.StartStream(_stream, new Opened("Ann"), new Opened("Bob"));
        await session.SaveChangesAsync();
        await store.Advanced.ApplyEventDataMasking(masking => masking.IncludeStream(_stream, e => e.Version == 1));
        Assert.Equal([new Opened("***"), new Opened("Bob")], (await session.Events.FetchStreamAsync(_stream)).Select(e => e.Data));

        session.Events.ArchiveStream(_stream);
        await session.SaveChangesAsync();
        session.Events.Append(_stream, new Deposited(1));
        await Assert.ThrowsAsync<InvalidStreamOperationException>(() => session.SaveChangesAsync());
    }

    [Fact]
    public async Task A_key_for_a_guid_is_refused()
    {
        await using var store = Store();
        await using var session = store.LightweightSession();
        Assert.ThrowsAny<Exception>(() => session.Events.Append("a key", new Deposited(1)));
    }

    private DocumentStore Store() => DocumentStore.For(options =>
    {
        options.Connection(database.Database);
        options.DatabaseSchemaName = "guids";
        options.Events.AppendMode = EventAppendMode.Rich;
        options.Events.AddMaskingRuleForProtectedInformation<Opened>(_ => new Opened("***"));
        options.Projections.Add<VisitProjection>(ProjectionLifecycle.Inline);
    });

    public sealed record Visit(Guid Id, int Deposits)
    {
        public long Version { get; init; }
    }

    public sealed class VisitProjection : SingleStreamProjection<Visit, Guid>
    {
        public override Visit? Evolve(Visit? snapshot, Guid id, IEvent e) =>
            e.Data is Deposited ? (snapshot ?? new Visit(id, 0)) with { Deposits = (snapshot?.Deposits ?? 0) + 1 } : snapshot;
    }
}
