using JasperFx.Events;
using Marten.Events;

namespace Marten.Sessions;

/// <summary>A session's appends. Reading is in the other part.</summary>
internal sealed partial class SessionEventStore(DocumentSession session) : Marten.Events.IEventStoreOperations
{
    private EventGraph Graph => session.Owner.Options.EventGraph;

    public StreamAction Append(Guid stream, IEnumerable<object> events) => Append(stream, [.. events]);

    public StreamAction Append(Guid stream, params object[] events) => AppendTo(stream, events);

    public StreamAction Append(string stream, IEnumerable<object> events) => Append(stream, [.. events]);

    public StreamAction Append(string stream, params object[] events) => AppendTo(stream, events);

    public StreamAction Append(Guid stream, long expectedVersion, IEnumerable<object> events) =>
        Append(stream, expectedVersion, [.. events]);

    public StreamAction Append(Guid stream, long expectedVersion, params object[] events) =>
        Expecting(AppendTo(stream, events), expectedVersion);

    public StreamAction Append(string stream, long expectedVersion, IEnumerable<object> events) =>
        Append(stream, expectedVersion, [.. events]);

    public StreamAction Append(string stream, long expectedVersion, params object[] events) =>
        Expecting(AppendTo(stream, events), expectedVersion);

    public StreamAction StartStream<TAggregate>(Guid id, IEnumerable<object> events) where TAggregate : class =>
        Start(id, typeof(TAggregate), [.. events]);

    public StreamAction StartStream<TAggregate>(Guid id, params object[] events) where TAggregate : class =>
        Start(id, typeof(TAggregate), events);

    public StreamAction StartStream<TAggregate>(string streamKey, IEnumerable<object> events) where TAggregate : class =>
        Start(streamKey, typeof(TAggregate), [.. events]);

    public StreamAction StartStream<TAggregate>(string streamKey, params object[] events) where TAggregate : class =>
        Start(streamKey, typeof(TAggregate), events);

    public StreamAction StartStream(Guid id, IEnumerable<object> events) => Start(id, null, [.. events]);

    public StreamAction StartStream(Guid id, params object[] events) => Start(id, null, events);

    public StreamAction StartStream(string streamKey, IEnumerable<object> events) => Start(streamKey, null, [.. events]);

    public StreamAction StartStream(string streamKey, params object[] events) => Start(streamKey, null, events);

    public Task AppendOptimistic(string streamKey, params object[] events) => AppendOptimistic(streamKey, default, events);

    public Task AppendOptimistic(Guid streamId, params object[] events) => AppendOptimistic(streamId, default, events);

    public async Task AppendOptimistic(string streamKey, CancellationToken token, params object[] events)
    {
        var version = (await FetchStreamStateAsync(streamKey, token).ConfigureAwait(false))?.Version ?? 0;
        AppendTo(streamKey, events).ExpectedVersionOnServer = version;
    }

    public async Task AppendOptimistic(Guid streamId, CancellationToken token, params object[] events)
    {
        var version = (await FetchStreamStateAsync(streamId, token).ConfigureAwait(false))?.Version ?? 0;
        AppendTo(streamId, events).ExpectedVersionOnServer = version;
    }

    public void ArchiveStream(Guid streamId) => Archive(streamId);

    public void ArchiveStream(string streamKey) => Archive(streamKey);

    private StreamAction AppendTo(object id, object[] events)
    {
        Check(id);
        ArgumentNullException.ThrowIfNull(events);

        // Two appends to one stream in one session are one append: its version is checked once.
        var action = session.Streams.Find(s => s.Identity.Equals(id));
        if (action is null)
        {
            action = NewAction(id, StreamActionType.Append);
            session.Streams.Add(action);
        }

        return action.AddEvents(Wrap(events));
    }

    private static StreamAction Expecting(StreamAction action, long versionAfterwards)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(versionAfterwards, action.Events.Count, nameof(versionAfterwards));
        action.ExpectedVersionOnServer = versionAfterwards - action.Events.Count;
        return action;
    }

    private StreamAction Start(object id, Type? aggregateType, object[] events)
    {
        Check(id);
        if (events.Length == 0)
        {
            throw id is Guid guid ? new EmptyEventStreamException(guid) : new EmptyEventStreamException((string)id);
        }

        var action = NewAction(id, StreamActionType.Start);
        action.AggregateType = aggregateType;
        session.Streams.Add(action);
        return action.AddEvents(Wrap(events));
    }

    private void Archive(object id)
    {
        Check(id);
        var schema = session.Owner.Schema;
        var tenant = Conjoined ? " and tenant_id = ?" : "";
        object[] values = Conjoined ? [id, session.TenantId] : [id];
        session.QueueSqlCommand($"update {schema.Streams} set is_archived = true where id = ?{tenant}", values);
        session.QueueSqlCommand($"update {schema.Events} set is_archived = true where stream_id = ?{tenant}", values);
    }

    private StreamAction NewAction(object id, StreamActionType type)
    {
        var action = id is Guid guid ? new StreamAction(guid, type) : new StreamAction((string)id, type);
        action.TenantId = session.TenantId;
        return action;
    }

    private IEvent[] Wrap(object[] events) => Array.ConvertAll(events, Graph.Wrap);

    private bool Conjoined => Graph.TenancyStyle == JasperFx.MultiTenancy.TenancyStyle.Conjoined;

    private void Check(object id)
    {
        if (id is string { Length: 0 })
        {
            throw new ArgumentException("A stream needs a key.", nameof(id));
        }

        if (id is Guid != (Graph.StreamIdentity == StreamIdentity.AsGuid))
        {
            throw new InvalidOperationException($"This Marten event store is configured to identify streams {Graph.StreamIdentity}");
        }
    }
}
