using System.Data;
using JasperFx.Events;

namespace Marten.Sessions;

/// <summary>Queues writes and sends them in one transaction. Opens a connection only while it reads or saves.</summary>
internal sealed class DocumentSession(DocumentStore store, string tenantId, IsolationLevel isolation) : IDocumentSession
{
    private readonly List<QueuedCommand> _commands = [];
    private Dictionary<string, object>? _headers;
    private SessionEventStore? _events;

    public DocumentStore Store => store;

    public string TenantId => tenantId;

    public IDocumentStore DocumentStore => store;

    public string? CausationId { get; set; }

    public string? CorrelationId { get; set; }

    public string? LastModifiedBy { get; set; }

    public Marten.Events.IEventStoreOperations Events => _events ??= new SessionEventStore(this);

    Marten.Events.IQueryEventStore IQuerySession.Events => Events;

    public List<StreamAction> Streams { get; } = [];

    public IReadOnlyList<QueuedCommand> Commands => _commands;

    public IReadOnlyDictionary<string, object>? Headers => _headers;

    public void QueueSqlCommand(string sql, params object[] parameterValues) => QueueSqlCommand('?', sql, parameterValues);

    public void QueueSqlCommand(char placeholder, string sql, params object[] parameterValues) =>
        _commands.Add(new QueuedCommand(placeholder, sql, parameterValues));

    public void SetHeader(string key, object value) => (_headers ??= [])[key] = value;

    public object? GetHeader(string key) => _headers?.GetValueOrDefault(key);

    public async Task SaveChangesAsync(CancellationToken token = default)
    {
        if (_commands.Count == 0 && Streams.Count == 0)
        {
            return;
        }

        await store.Schema.EnsureAsync(token).ConfigureAwait(false);
        await using var connection = await store.DataSource.OpenConnectionAsync(token).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(isolation, token).ConfigureAwait(false);
        var saved = await new SessionWriter(this, connection, transaction).WriteAsync(token).ConfigureAwait(false);
        await transaction.CommitAsync(token).ConfigureAwait(false);

        // Only now: a session whose save failed can be looked into, and saved again.
        saved.TellTheEvents();
        _commands.Clear();
        Streams.Clear();
    }

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
