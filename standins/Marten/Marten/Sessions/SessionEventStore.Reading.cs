using JasperFx.Events;
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
        await session.Store.Schema.EnsureAsync(token).ConfigureAwait(false);
        var rows = new EventRows(session.Store);
        await using var command = session.Store.DataSource.CreateCommand(
            $"""
            {rows.Select} where d.stream_id = $1
              and ($2::varchar is null or d.tenant_id = $2) and ($3::bigint = 0 or d.version <= $3)
              and d.version >= $4 and ($5::timestamptz is null or d.timestamp <= $5)
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
        var aggregator = session.Store.Options.Projections.AggregatorFor<T>();
        foreach (var e in await FetchAsync(id, version, timestamp, fromVersion, token).ConfigureAwait(false))
        {
            state = aggregator.Apply(state, e);
        }

        return state;
    }

    private async Task<StreamState?> StateAsync(object id, CancellationToken token)
    {
        Check(id);
        await session.Store.Schema.EnsureAsync(token).ConfigureAwait(false);
        await using var command = session.Store.DataSource.CreateCommand(
            $"""
            select coalesce(version, 0), timestamp, created, coalesce(is_archived, false) from {session.Store.Schema.Streams}
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
                IsArchived = reader.GetBoolean(3)
            };
    }

    private async Task<IEventStream<T>> ForWritingAsync<T>(object id, long? expectedVersion, CancellationToken token) where T : class
    {
        var aggregator = session.Store.Options.Projections.AggregatorFor<T>();
        T? aggregate = null;
        var version = 0L;
        foreach (var e in await FetchAsync(id, 0, null, 0, token).ConfigureAwait(false))
        {
            aggregate = aggregator.Apply(aggregate, e);
            version = e.Version;
        }

        if (expectedVersion is { } expected && expected != version)
        {
            throw new EventStreamUnexpectedMaxEventIdException(id, typeof(T), expected, version);
        }

        var action = NewAction(id, version == 0 ? StreamActionType.Start : StreamActionType.Append);
        action.AggregateType = typeof(T);
        action.ExpectedVersionOnServer = version;
        session.Streams.Add(action);
        return new SessionEventStream<T>(action, aggregate, version, Graph.Wrap, token);
    }
}
