using System.Data;
using JasperFx.Events.Daemon;
using Marten.Aggregation;
using Marten.Sessions;
using Npgsql;

namespace Marten.Daemon;

/// <summary>Writes a page and the progress that it makes, both or neither.</summary>
internal static class PageWriter
{
    /// <exception cref="ProgressionProgressOutOfOrderException">The projection is no longer where the page begins.</exception>
    public static async Task WriteAsync(DocumentStore store, Shard shard, EventPage page, CancellationToken ct)
    {
        await using var operations = new DocumentSession(store, JasperFx.StorageConstants.DefaultTenantId, IsolationLevel.ReadCommitted);
        IChangeListener? listener = null;
        if (page.Events.Count > 0)
        {
            listener = await shard.Handler.QueueAsync(shard, page, operations, ct).ConfigureAwait(false);
            await operations.EnsureStorageAsync(ct).ConfigureAwait(false);
            await shard.Handler.EnsureStorageAsync(store, ct).ConfigureAwait(false);
        }

        await using var connection = await store.DataSource.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        await MoveProgressAsync(store, shard, page, transaction, ct).ConfigureAwait(false);
        if (page.Events.Count > 0)
        {
            await shard.Handler.WriteAsync(new AggregateTarget(store, connection, transaction, IsInline: false), page.Events, ct).ConfigureAwait(false);
        }

        var saved = await new SessionWriter(operations, connection, transaction).WriteAsync(ct).ConfigureAwait(false);
        await CommitAsync(operations, transaction, listener, ct).ConfigureAwait(false);
        saved.TellTheEvents();
    }

    private static async Task CommitAsync(DocumentSession operations, NpgsqlTransaction transaction, IChangeListener? listener, CancellationToken ct)
    {
        if (listener is null or NullChangeListener)
        {
            await transaction.CommitAsync(ct).ConfigureAwait(false);
            return;
        }

        var changes = operations.Changes();
        await listener.BeforeCommitAsync(operations, changes, ct).ConfigureAwait(false);
        await transaction.CommitAsync(ct).ConfigureAwait(false);
        await listener.AfterCommitAsync(operations, changes, ct).ConfigureAwait(false);
    }

    /// <summary>First, so that of two processes at the same page the second waits here and then has nothing to undo.</summary>
    private static async Task MoveProgressAsync(DocumentStore store, Shard shard, EventPage page, NpgsqlTransaction transaction, CancellationToken ct)
    {
        var sql = page.Floor == 0
            ? $"insert into {store.Schema.Progression} as p (name, last_seq_id) values ($1, $2) on conflict (name) do update set last_seq_id = $2, last_updated = transaction_timestamp() where coalesce(p.last_seq_id, 0) = $3"
            : $"update {store.Schema.Progression} set last_seq_id = $2, last_updated = transaction_timestamp() where name = $1 and last_seq_id = $3";
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = shard.Name.Identity });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = page.Ceiling });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = page.Floor });
        if (await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false) != 1)
        {
            throw new ProgressionProgressOutOfOrderException(shard.Name.Identity, page.Floor, page.Ceiling);
        }
    }
}
