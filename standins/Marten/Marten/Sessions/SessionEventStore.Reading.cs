using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten.Aggregation;
using Marten.Documents;
using Marten.Events;
using Npgsql;

namespace Marten.Sessions;

internal sealed partial class SessionEventStore
{
    public Task<IReadOnlyList<IEvent>> FetchStreamAsync(Guid streamId, long version = 0, DateTimeOffset? timestamp = null,
        long fromVersion = 0, CancellationToken token = default) => FetchAsync(streamId, version, timestamp, fromVersion, token);

    public Task<IReadOnlyList<IEvent>> FetchStreamAsync(string streamKey, long version = 0, DateTimeOffset? timestamp = null,
        long fromVersion = 0, CancellationToken token = default) => FetchAsync(streamKey, version, timestamp, fromVersion, token);

    public Task<T?> AggregateStreamAsync<T>(Guid streamId, long version = 0, DateTimeOffset? timestamp = null, T? state = null,
        long fromVersion = 0, CancellationToken token = default) where T : class =>
        AggregateAsync(streamId, version, timestamp, state, fromVersion, token);

    public Task<T?> AggregateStreamAsync<T>(string streamKey, long version = 0, DateTimeOffset? timestamp = null, T? state = null,
        long fromVersion = 0, CancellationToken token = default) where T : class =>
        AggregateAsync(streamKey, version, timestamp, state, fromVersion, token);

    public Task<StreamState?> FetchStreamStateAsync(Guid streamId, CancellationToken token = default) => StateAsync(streamId, token);

    public Task<StreamState?> FetchStreamStateAsync(string streamKey, CancellationToken token = default) =>
        StateAsync(streamKey, token);

    public Task<IEventStream<T>> FetchForWriting<T>(Guid id, CancellationToken cancellation = default) where T : class =>
        ForWritingAsync<T>(id, null, cancellation);

    public Task<IEventStream<T>> FetchForWriting<T>(string key, CancellationToken cancellation = default) where T : class =>
        ForWritingAsync<T>(key, null, cancellation);

    public Task<IEventStream<T>> FetchForWriting<T>(Guid id, long expectedVersion, CancellationToken cancellation = default)
        where T : class => ForWritingAsync<T>(id, expectedVersion, cancellation);

    public Task<IEventStream<T>> FetchForWriting<T>(string key, long expectedVersion, CancellationToken cancellation = default)
        where T : class => ForWritingAsync<T>(key, expectedVersion, cancellation);

    private async Task<IReadOnlyList<IEvent>> FetchAsync(object id, long version, DateTimeOffset? timestamp, long fromVersion,
        CancellationToken token)
    {
        Check(id);
        await session.Owner.Schema.EnsureAsync(token).ConfigureAwait(false);
        var rows = new EventRows(session.Owner);
        await using var command = session.Owner.DataSource.CreateCommand(
            $"""
            {rows.Select} where d.stream_id = $1
              and ($2::varchar is null or d.tenant_id = $2) and ($3::bigint = 0 or d.version <= $3)
              and d.version >= $4 and d.type <> '{EventRows.TombstoneType}' and ($5::timestamptz is null or d.timestamp <= $5)
            order by d.version
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = Conjoined ? session.TenantId : null });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = version });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = fromVersion });
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = timestamp is { } t ? t.UtcDateTime : DBNull.Value,
            NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz
        });
        await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
        var events = new List<IEvent>();
        while (await reader.ReadAsync(token).ConfigureAwait(false))
        {
            events.Add(rows.Read(reader, skipUnknown: false)!);
        }

        return events;
    }

    private async Task<T?> AggregateAsync<T>(object id, long version, DateTimeOffset? timestamp, T? state, long fromVersion,
        CancellationToken token) where T : class
    {
        var (aggregator, _) = session.Owner.Options.Projections.AggregatorFor<T>();
        var events = await FetchAsync(id, version, timestamp, fromVersion, token).ConfigureAwait(false);
        return version > 0 && events.Count > 0 && events[^1].Version < version ? null : Fold(aggregator, id, state, events);
    }

    private static T? Fold<T>(IAggregator<T> aggregator, object id, T? state, IReadOnlyList<IEvent> events) where T : class
    {
        foreach (var e in events)
        {
            state = aggregator.Apply(state, e);
        }

        if (state is not null && events.Count > 0)
        {
            var members = DocumentMembers.Of(typeof(T));
            members.Identify(state, id);
            members.SetVersion(state, events[^1].Version);
        }

        return state;
    }

    private async Task<StreamState?> StateAsync(object id, CancellationToken token)
    {
        Check(id);
        await session.Owner.Schema.EnsureAsync(token).ConfigureAwait(false);
        await using var command = session.Owner.DataSource.CreateCommand(
            $"""
            select coalesce(version, 0), timestamp, created, coalesce(is_archived, false), type from {session.Owner.Schema.Streams}
            where id = $1 and ($2::varchar is null or tenant_id = $2)
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = Conjoined ? session.TenantId : null });
        await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
        return !await reader.ReadAsync(token).ConfigureAwait(false)
            ? null
            : new StreamState
            {
                Id = id as Guid? ?? Guid.Empty,
                Key = id as string,
                Version = reader.GetInt64(0),
                LastTimestamp = reader.GetFieldValue<DateTimeOffset>(1),
                Created = reader.GetFieldValue<DateTimeOffset>(2),
                IsArchived = reader.GetBoolean(3),
                AggregateType = reader.IsDBNull(4) ? null : session.Owner.Options.AggregateTypeOf(reader.GetString(4))
            };
    }

    private async Task<IEventStream<T>> ForWritingAsync<T>(object id, long? expectedVersion, CancellationToken token) where T : class
    {
        var (aggregator, lifecycle) = session.Owner.Options.Projections.AggregatorFor<T>();
        Check(id);
        var (aggregate, version) = lifecycle == ProjectionLifecycle.Live
            ? (null, 0)
            : await session.LoadWithVersionAsync<T>(id, token).ConfigureAwait(false);

        // A snapshot is the truth up to its version, inline as well as async: what came after it follows. Of a stream that
        // another session is just now appending to, both are seen as of before, or the events are the newer.
        var events = await FetchAsync(id, 0, null, version + 1, token).ConfigureAwait(false);
        aggregate = Fold(aggregator, id, aggregate, events);
        version = events.Count > 0 ? events[^1].Version : version;
        if (expectedVersion is { } expected && expected != version)
        {
            throw new ConcurrencyException($"Expected the existing version to be {expected}, but was {version}", typeof(T), id);
        }

        var action = NewAction(id, version == 0 ? StreamActionType.Start : StreamActionType.Append);
        action.AggregateType = typeof(T);
        action.ExpectedVersionOnServer = version;
        session.Streams.Add(action);
        return new SessionEventStream<T>(action, aggregate, version, Graph.Wrap, token);
    }
}
