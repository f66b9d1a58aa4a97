using Marten.Events;

namespace Marten;

/// <summary>Queues writes for one transaction.</summary>
public interface IDocumentOperations : IQuerySession
{
    new IEventStoreOperations Events { get; }

    /// <summary>Queues documents to be written whole, whether they exist or not. A <see cref="Guid"/> id that is empty is given a value.</summary>
    void Store<T>(IEnumerable<T> entities) where T : notnull;

    /// <inheritdoc cref="Store{T}(IEnumerable{T})"/>
    void Store<T>(params T[] entities) where T : notnull;

    /// <summary>Queues the deletion of a document, which need not exist.</summary>
    void Delete<T>(T entity) where T : notnull;

    /// <inheritdoc cref="Delete{T}(T)"/>
    void Delete<T>(int id) where T : notnull;

    /// <inheritdoc cref="Delete{T}(T)"/>
    void Delete<T>(long id) where T : notnull;

    /// <inheritdoc cref="Delete{T}(T)"/>
    void Delete<T>(object id) where T : notnull;

    /// <inheritdoc cref="Delete{T}(T)"/>
    void Delete<T>(Guid id) where T : notnull;

    /// <inheritdoc cref="Delete{T}(T)"/>
    void Delete<T>(string id) where T : notnull;

    /// <summary>
    /// Queues one SQL statement. <c>?</c> stands for a value; a statement with a question mark of its own uses the overload
    /// with another placeholder.
    /// </summary>
    void QueueSqlCommand(string sql, params object[] parameterValues);

    /// <inheritdoc cref="QueueSqlCommand(string, object[])"/>
    void QueueSqlCommand(char placeholder, string sql, params object[] parameterValues);
}
