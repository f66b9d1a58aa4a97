using System.Text.Json;
using Marten.Documents;
using Marten.Exceptions;
using Npgsql;

namespace Marten.Sessions;

internal sealed partial class DocumentSession
{
    public void Store<T>(IEnumerable<T> entities) where T : notnull
    {
        foreach (var entity in entities)
        {
            StoreOne(entity);
        }
    }

    public void Store<T>(params T[] entities) where T : notnull => Store((IEnumerable<T>)entities);

    public void Delete<T>(T entity) where T : notnull
    {
        var mapping = MappingOf(entity);
        QueueDelete(mapping, mapping.Members.IdOf(entity)
            ?? throw new InvalidOperationException($"A {mapping.Type.FullName} without an id cannot be deleted."));
    }

    public void Delete<T>(int id) where T : notnull => QueueDelete(MappingFor<T>(id), AsId<T>(id));

    public void Delete<T>(long id) where T : notnull => QueueDelete(MappingFor<T>(id), AsId<T>(id));

    public void Delete<T>(object id) where T : notnull
    {
        // An entity in a variable of type object arrives here, as it does in Marten.
        if (id is T entity)
        {
            Delete(entity);
            return;
        }

        QueueDelete(MappingFor<T>(id), AsId<T>(id));
    }

    public void Delete<T>(Guid id) where T : notnull => QueueDelete(MappingFor<T>(id), id);

    public void Delete<T>(string id) where T : notnull => QueueDelete(MappingFor<T>(id), id);

    public Task<T?> LoadAsync<T>(string id, CancellationToken token = default) where T : notnull => LoadOneAsync<T>(id, token);

    public Task<T?> LoadAsync<T>(object id, CancellationToken token = default) where T : notnull => LoadOneAsync<T>(id, token);

    public Task<T?> LoadAsync<T>(int id, CancellationToken token = default) where T : notnull => LoadOneAsync<T>(id, token);

    public Task<T?> LoadAsync<T>(long id, CancellationToken token = default) where T : notnull => LoadOneAsync<T>(id, token);

    public Task<T?> LoadAsync<T>(Guid id, CancellationToken token = default) where T : notnull => LoadOneAsync<T>(id, token);

    /// <summary>The document and its revision, which is 0 for one that no projection owns.</summary>
    internal async Task<(T? Document, long Version)> LoadWithVersionAsync<T>(object id, CancellationToken token) where T : notnull
    {
        ArgumentNullException.ThrowIfNull(id);
        var mapping = MappingFor<T>(id);
        await store.Options.Documents.EnsureAsync(mapping, token).ConfigureAwait(false);
        await using var command = store.DataSource.CreateCommand(mapping.LoadStatement());
        command.Parameters.Add(new NpgsqlParameter { Value = AsId<T>(id), NpgsqlDbType = mapping.IdDbType });
        if (mapping.Conjoined)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = tenantId });
        }

        await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
        return await reader.ReadAsync(token).ConfigureAwait(false)
            ? (JsonSerializer.Deserialize<T>(reader.GetFieldValue<byte[]>(0), store.Options.JsonReading), reader.GetInt64(1))
            : (default, 0);
    }

    private async Task<T?> LoadOneAsync<T>(object id, CancellationToken token) where T : notnull =>
        (await LoadWithVersionAsync<T>(id, token).ConfigureAwait(false)).Document;

    private void StoreOne<T>(T entity) where T : notnull
    {
        ArgumentNullException.ThrowIfNull(entity);
        var mapping = MappingOf(entity);
        if (mapping.IsProjected)
        {
            throw NotInTheSubset.Member($"storing a {mapping.Type}, which a projection owns,");
        }

        switch (mapping.Members.IdOf(entity))
        {
            case Guid id when id == Guid.Empty:
                if (!mapping.Members.TrySetId(entity, Guid.CreateVersion7()))
                {
                    throw new InvalidDocumentException($"The id of {mapping.Type.FullName} is empty and cannot be set.");
                }

                break;
            case null or "":
                throw new InvalidOperationException($"The id of a {mapping.Type.FullName} must not be null or empty.");
            case 0 or 0L:
                throw NotInTheSubset.Member($"a {mapping.Type} without an id (numbers from a Hilo sequence)");
        }

        _writes.Add(new PendingStore(mapping, entity, tenantId, store.Options.Json));
    }

    private void QueueDelete(DocumentMapping mapping, object id) => _writes.Add(new PendingDelete(mapping, id, tenantId));

    private DocumentMapping MappingOf<T>(T entity) where T : notnull =>
        entity.GetType() == typeof(T) ? store.Options.Documents.For<T>() : throw NotInTheSubset.Member($"a {entity.GetType()} as a document of its base {typeof(T)}");

    private DocumentMapping MappingFor<T>(object id)
    {
        var mapping = store.Options.Documents.For<T>();
        var accepted = id.GetType() == mapping.Members.IdType || (id is int && mapping.Members.IdType == typeof(long));
        return accepted ? mapping : throw new DocumentIdTypeMismatchException(mapping.Type, id.GetType());
    }

    private object AsId<T>(object id) => id is int number && store.Options.Documents.For<T>().Members.IdType == typeof(long) ? (long)number : id;
}
