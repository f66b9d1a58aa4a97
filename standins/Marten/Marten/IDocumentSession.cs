namespace Marten;

/// <summary>A unit of work of one tenant.</summary>
public interface IDocumentSession : IDocumentOperations
{
    string? LastModifiedBy { get; set; }

    /// <summary>Writes everything that is queued, in one transaction.</summary>
    /// <exception cref="JasperFx.Events.EventStreamUnexpectedMaxEventIdException">Another writer was faster.</exception>
    /// <exception cref="Exceptions.ExistingStreamIdCollisionException">A stream that is to be started exists.</exception>
    /// <exception cref="Exceptions.InvalidStreamOperationException">A stream is archived.</exception>
    Task SaveChangesAsync(CancellationToken token = default);

    /// <summary>Goes to every event that this session appends, if headers are enabled.</summary>
    void SetHeader(string key, object value);

    object? GetHeader(string key);
}
