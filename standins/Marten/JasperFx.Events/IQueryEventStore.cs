namespace JasperFx.Events;

/// <summary>Reads streams.</summary>
public interface IQueryEventStore
{
    /// <param name="streamId">The stream's id.</param>
    /// <param name="version">The last version to read; 0 for all.</param>
    /// <param name="timestamp">Reads only events up to and including this time.</param>
    /// <param name="fromVersion">The first version to read.</param>
    /// <param name="token">Cancels the read.</param>
    Task<IReadOnlyList<IEvent>> FetchStreamAsync(Guid streamId, long version = 0, DateTimeOffset? timestamp = null,
        long fromVersion = 0, CancellationToken token = default);

    /// <inheritdoc cref="FetchStreamAsync(Guid, long, DateTimeOffset?, long, CancellationToken)"/>
    Task<IReadOnlyList<IEvent>> FetchStreamAsync(string streamKey, long version = 0, DateTimeOffset? timestamp = null,
        long fromVersion = 0, CancellationToken token = default);

    Task<T?> AggregateStreamAsync<T>(Guid streamId, long version = 0, DateTimeOffset? timestamp = null, T? state = null,
        long fromVersion = 0, CancellationToken token = default) where T : class;

    Task<T?> AggregateStreamAsync<T>(string streamKey, long version = 0, DateTimeOffset? timestamp = null, T? state = null,
        long fromVersion = 0, CancellationToken token = default) where T : class;

    Task<StreamState?> FetchStreamStateAsync(Guid streamId, CancellationToken token = default);

    Task<StreamState?> FetchStreamStateAsync(string streamKey, CancellationToken token = default);
}
