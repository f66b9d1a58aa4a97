using Marten.Events;

namespace Marten;

/// <summary>Reads as one tenant.</summary>
public interface IQuerySession : IDisposable, IAsyncDisposable
{
    IQueryEventStore Events { get; }

    IDocumentStore DocumentStore { get; }

    string? CausationId { get; set; }

    string? CorrelationId { get; set; }

    string TenantId { get; }

    /// <summary>Reads a committed document; null if there is none. What this session has queued is not seen.</summary>
    Task<T?> LoadAsync<T>(string id, CancellationToken token = default) where T : notnull;

    /// <inheritdoc cref="LoadAsync{T}(string, CancellationToken)"/>
    Task<T?> LoadAsync<T>(object id, CancellationToken token = default) where T : notnull;

    /// <inheritdoc cref="LoadAsync{T}(string, CancellationToken)"/>
    Task<T?> LoadAsync<T>(int id, CancellationToken token = default) where T : notnull;

    /// <inheritdoc cref="LoadAsync{T}(string, CancellationToken)"/>
    Task<T?> LoadAsync<T>(long id, CancellationToken token = default) where T : notnull;

    /// <inheritdoc cref="LoadAsync{T}(string, CancellationToken)"/>
    Task<T?> LoadAsync<T>(Guid id, CancellationToken token = default) where T : notnull;
}
