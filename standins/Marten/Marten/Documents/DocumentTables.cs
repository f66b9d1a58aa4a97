using System.Collections.Concurrent;
using JasperFx;
using Marten.Schema;
using Npgsql;

namespace Marten.Documents;

/// <summary>The document types that a store has met, and their tables.</summary>
internal sealed class DocumentTables(StoreOptions options)
{
    private readonly ConcurrentDictionary<Type, DocumentMapping> _mappings = new();
    private readonly ConcurrentDictionary<Type, bool> _ready = new();
    private readonly SemaphoreSlim _once = new(1, 1);

    public DocumentMapping For<T>() => For(typeof(T));

    public DocumentMapping For(Type type) => _mappings.GetOrAdd(type, static (t, o) => new DocumentMapping(t, o), options);

    /// <summary>Makes the table if it is missing, once per process, unless the store may not change the database.</summary>
    public ValueTask EnsureAsync(DocumentMapping mapping, CancellationToken ct) =>
        _ready.ContainsKey(mapping.Type) ? ValueTask.CompletedTask : new ValueTask(ApplyAsync([mapping], options.AutoCreateSchemaObjects, ct));

    public async Task ApplyAsync(IEnumerable<DocumentMapping> mappings, AutoCreate mode, CancellationToken ct)
    {
        if (mode == AutoCreate.None)
        {
            return;
        }

        await _once.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            foreach (var mapping in mappings)
            {
                await CreateAsync(mapping, ct).ConfigureAwait(false);
                _ready[mapping.Type] = true;
            }
        }
        finally
        {
            _once.Release();
        }
    }

    /// <summary>Has the next use check again, after the tables were dropped.</summary>
    public void Forget() => _ready.Clear();

    private async Task CreateAsync(DocumentMapping mapping, CancellationToken ct)
    {
        await using var connection = await options.DataSource!.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using (var look = new NpgsqlCommand("select to_regclass($1) is not null", connection))
        {
            look.Parameters.Add(new NpgsqlParameter<string> { TypedValue = mapping.Table });
            if (await look.ExecuteScalarAsync(ct).ConfigureAwait(false) is true)
            {
                return;
            }
        }

        await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        await using var create = new NpgsqlCommand(
            $"""
            select pg_advisory_xact_lock({EventSchema.MigrationLock});
            set local client_min_messages = warning;
            {mapping.CreateStatement()}
            """, connection, transaction);
        await create.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        await transaction.CommitAsync(ct).ConfigureAwait(false);
    }
}
