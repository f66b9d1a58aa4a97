using System.Data;
using JasperFx.Events;
using Marten.Documents;
using Marten.Services;

namespace Marten.Sessions;

/// <summary>Queues writes and sends them in one transaction. Opens a connection only while it reads or saves.</summary>
internal sealed partial class DocumentSession(DocumentStore store, string tenantId, IsolationLevel isolation) : IDocumentSession
{
    private readonly List<IQueuedWrite> _writes = [];
    private Dictionary<string, object>? _headers;
    private SessionEventStore? _events;

    /// <summary>The store, for the session's parts.</summary>
    public DocumentStore Owner => store;

    public string TenantId => tenantId;

    public IDocumentStore DocumentStore => store;

    public string? CausationId { get; set; }

    public string? CorrelationId { get; set; }

    public string? LastModifiedBy { get; set; }

    public Marten.Events.IEventStoreOperations Events => _events ??= new SessionEventStore(this);

    Marten.Events.IQueryEventStore IQuerySession.Events => Events;

    public List<StreamAction> Streams { get; } = [];

    /// <summary>SQL commands and documents, in the order of the calls.</summary>
    public IReadOnlyList<IQueuedWrite> Writes => _writes;

    public IReadOnlyDictionary<string, object>? Headers => _headers;

    public void QueueSqlCommand(string sql, params object[] parameterValues) => QueueSqlCommand('?', sql, parameterValues);

    public void QueueSqlCommand(char placeholder, string sql, params object[] parameterValues) =>
        _writes.Add(new QueuedCommand(placeholder, sql, parameterValues));

    public void SetHeader(string key, object value) => (_headers ??= [])[key] = value;

    public object? GetHeader(string key) => _headers?.GetValueOrDefault(key);

    public async Task SaveChangesAsync(CancellationToken token = default)
    {
        if (_writes.Count == 0 && Streams.Count == 0)
        {
            return;
        }

        await EnsureStorageAsync(token).ConfigureAwait(false);
        await using var connection = await store.DataSource.OpenConnectionAsync(token).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(isolation, token).ConfigureAwait(false);
        var saved = await new SessionWriter(this, connection, transaction).WriteAsync(token).ConfigureAwait(false);
        await transaction.CommitAsync(token).ConfigureAwait(false);

        // Only now: a session whose save failed can be looked into, and saved again.
        saved.TellTheEvents();
        _writes.Clear();
        Streams.Clear();
    }

    /// <summary>Makes the tables that the queued writes need, before their transaction begins.</summary>
    public async ValueTask EnsureStorageAsync(CancellationToken token)
    {
        await store.Schema.EnsureAsync(token).ConfigureAwait(false);
        foreach (var write in _writes)
        {
            var mapping = write switch { PendingStore s => s.Mapping, PendingDelete d => d.Mapping, _ => null };
            if (mapping is not null)
            {
                await store.Options.Documents.EnsureAsync(mapping, token).ConfigureAwait(false);
            }
        }

        if (Streams.Count > 0)
        {
            foreach (var inline in store.Options.Projections.Inline)
            {
                await inline.Handler.EnsureStorageAsync(store, token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What is queued, as a listener sees it.</summary>
    public IChangeSet Changes() => new ChangeSet([.. _writes.OfType<PendingStore>().Select(w => w.Document)], [.. Streams]);

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
