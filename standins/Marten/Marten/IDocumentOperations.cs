using Marten.Events;

namespace Marten;

/// <summary>Queues writes for one transaction.</summary>
public interface IDocumentOperations : IQuerySession
{
    new IEventStoreOperations Events { get; }

    /// <summary>
    /// Queues one SQL statement. <c>?</c> stands for a value; a statement with a question mark of its own uses the overload
    /// with another placeholder.
    /// </summary>
    void QueueSqlCommand(string sql, params object[] parameterValues);

    /// <inheritdoc cref="QueueSqlCommand(string, object[])"/>
    void QueueSqlCommand(char placeholder, string sql, params object[] parameterValues);
}
