namespace JasperFx.Events;

/// <summary>Reads streams and queues appends to them.</summary>
public interface IEventStoreOperations : IEventOperations, IQueryEventStore
{
    StreamAction Append(Guid stream, long expectedVersion, IEnumerable<object> events);

    StreamAction StartStream<TAggregate>(Guid id, IEnumerable<object> events) where TAggregate : class;

    /// <summary>Appends at the version that the stream has now; fails on save if another writer was faster.</summary>
    Task AppendOptimistic(string streamKey, CancellationToken token, params object[] events);

    /// <inheritdoc cref="AppendOptimistic(string, CancellationToken, object[])"/>
    Task AppendOptimistic(string streamKey, params object[] events);

    /// <inheritdoc cref="AppendOptimistic(string, CancellationToken, object[])"/>
    Task AppendOptimistic(Guid streamId, CancellationToken token, params object[] events);

    /// <inheritdoc cref="AppendOptimistic(string, CancellationToken, object[])"/>
    Task AppendOptimistic(Guid streamId, params object[] events);

    /// <summary>Closes a stream: it takes no further events, and projections no longer see it.</summary>
    void ArchiveStream(Guid streamId);

    /// <inheritdoc cref="ArchiveStream(Guid)"/>
    void ArchiveStream(string streamKey);

    /// <summary>Reads an aggregate in order to append to its stream at the version that was read.</summary>
    Task<IEventStream<T>> FetchForWriting<T>(Guid id, CancellationToken cancellation = default) where T : class;

    /// <inheritdoc cref="FetchForWriting{T}(Guid, CancellationToken)"/>
    Task<IEventStream<T>> FetchForWriting<T>(string key, CancellationToken cancellation = default) where T : class;

    /// <summary>The same, and fails at once if the stream's current version is another.</summary>
    Task<IEventStream<T>> FetchForWriting<T>(Guid id, long expectedVersion, CancellationToken cancellation = default)
        where T : class;

    /// <inheritdoc cref="FetchForWriting{T}(Guid, long, CancellationToken)"/>
    Task<IEventStream<T>> FetchForWriting<T>(string key, long expectedVersion, CancellationToken cancellation = default)
        where T : class;
}
