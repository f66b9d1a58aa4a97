using JasperFx.Events;
using Marten.Aggregation;
using Marten.Daemon;
using Marten.Events;
using Marten.Exceptions;
using Npgsql;

namespace Marten.Sessions;

/// <summary>Writes what a session has queued, inside its transaction.</summary>
internal sealed class SessionWriter(DocumentSession session, NpgsqlConnection connection, NpgsqlTransaction transaction)
{
    private readonly EventGraph _graph = session.Owner.Options.EventGraph;
    private readonly List<Action> _afterCommit = [];

    public async Task<SessionWriter> WriteAsync(CancellationToken ct)
    {
        try
        {
            await WriteCommandsAsync(ct).ConfigureAwait(false);
            foreach (var stream in session.Streams.Where(s => s.Events.Count > 0))
            {
                await WriteStreamAsync(stream, ct).ConfigureAwait(false);
            }

            await ProjectInlineAsync(ct).ConfigureAwait(false);
            return this;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation
            && e.ConstraintName == "pk_mt_events_stream_and_version")
        {
            throw new EventStreamUnexpectedMaxEventIdException(e.Detail ?? e.MessageText);
        }
        catch (PostgresException e)
        {
            throw new MartenCommandException(null, e);
        }
    }

    /// <summary>Fills in versions and numbers once they are committed.</summary>
    public void TellTheEvents() => _afterCommit.ForEach(tell => tell());

    private async Task WriteCommandsAsync(CancellationToken ct)
    {
        if (session.Writes.Count == 0)
        {
            return;
        }

        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var command in session.Writes)
        {
            batch.BatchCommands.Add(command.Build());
        }

        await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    /// <summary>After the appends: the streams' rows are locked by now, and the events know their versions.</summary>
    private async Task ProjectInlineAsync(CancellationToken ct)
    {
        var projections = session.Owner.Options.Projections.Inline;
        if (projections.Count == 0 || _afterCommit.Count == 0)
        {
            return;
        }

        TellTheEvents();
        var events = session.Streams.SelectMany(s => s.Events).OrderBy(e => e.Sequence).ToList();
        var page = new EventPage(0, events[^1].Sequence, events);
        foreach (var projection in projections)
        {
            await using var operations = new DocumentSession(session.Owner, session.TenantId, transaction.IsolationLevel);
            await projection.Handler.QueueAsync(projection, page, operations, ct).ConfigureAwait(false);
            if (operations.Streams.Count > 0)
            {
                throw new InvalidOperationException("Events cannot be appended by inline projections");
            }

            await operations.EnsureStorageAsync(ct).ConfigureAwait(false);
            await new SessionWriter(operations, connection, transaction).WriteAsync(ct).ConfigureAwait(false);
            await projection.Handler.WriteAsync(new AggregateTarget(session.Owner, connection, transaction, IsInline: true), events, ct)
                .ConfigureAwait(false);
        }
    }

    private async Task WriteStreamAsync(StreamAction stream, CancellationToken ct)
    {
        Stamp(stream);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(AppendStatement.Build(session, stream));
        if (_graph.UseListenNotifyForEventAppends)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"select pg_notify('{Notifications.Channel}', '')"));
        }

        var written = new List<(long Sequence, long Version, DateTimeOffset Timestamp)>(stream.Events.Count);
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
            {
                written.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2)));
            }
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation
            && e.ConstraintName?.StartsWith("pkey_mt_streams_", StringComparison.Ordinal) == true)
        {
            throw new ExistingStreamIdCollisionException(stream.Identity, stream.AggregateType);
        }

        if (written.Count != stream.Events.Count)
        {
            throw await WhyNotAsync(stream, ct).ConfigureAwait(false);
        }

        _afterCommit.Add(() => Tell(stream, written));
    }

    /// <summary>The guard on the stream's row let nothing through: another version, or an archived stream.</summary>
    private async Task<Exception> WhyNotAsync(StreamAction stream, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"select coalesce(version, 0), coalesce(is_archived, false) from {session.Owner.Schema.Streams} where id = $1 and ($2::varchar is null or tenant_id = $2)",
            connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = stream.Identity });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = AppendStatement.IsConjoined(_graph) ? session.TenantId : null });
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var found = await reader.ReadAsync(ct).ConfigureAwait(false);
        if (found && reader.GetBoolean(1))
        {
            return new InvalidStreamOperationException(
                $"Attempted to append event to archived stream with Id '{stream.Identity}'.");
        }

        return new EventStreamUnexpectedMaxEventIdException(stream.Identity, stream.AggregateType,
            stream.ExpectedVersionOnServer ?? 0, found ? reader.GetInt64(0) : 0);
    }

    private void Stamp(StreamAction stream)
    {
        var now = _graph.TimeProvider.GetUtcNow();
        foreach (var e in stream.Events)
        {
            e.TenantId = session.TenantId;
            e.CausationId ??= session.CausationId;
            e.CorrelationId ??= session.CorrelationId;
            e.UserName ??= session.LastModifiedBy;
            if (e.Timestamp == default)
            {
                e.Timestamp = now;
            }

            foreach (var (key, value) in session.Headers ?? new Dictionary<string, object>())
            {
                e.SetHeader(key, value);
            }
        }
    }

    private static void Tell(StreamAction stream, List<(long Sequence, long Version, DateTimeOffset Timestamp)> written)
    {
        for (var i = 0; i < written.Count; i++)
        {
            var e = stream.Events[i];
            (e.Sequence, e.Version, e.Timestamp) = written[i];
        }

        stream.Version = written[^1].Version;
    }
}
