namespace JasperFx.Events;

/// <summary>An aggregate and the stream that it came from, open for appending.</summary>
public interface IEventStream<out T> where T : notnull
{
    /// <summary>Null if the stream does not exist.</summary>
    T? Aggregate { get; }

    /// <summary>The version that was read; 0 for a stream that does not exist.</summary>
    long? StartingVersion { get; }

    /// <summary>The version with what has been appended here, not yet saved.</summary>
    long? CurrentVersion { get; }

    CancellationToken Cancellation { get; }

    Guid Id { get; }

    string? Key { get; }

    IReadOnlyList<IEvent> Events { get; }

    void AppendOne(object @event);

    void AppendMany(params object[] events);

    void AppendMany(IEnumerable<object> events);
}
