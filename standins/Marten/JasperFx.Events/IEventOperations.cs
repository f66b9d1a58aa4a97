namespace JasperFx.Events;

/// <summary>Queues events for a session's next save.</summary>
public interface IEventOperations
{
    StreamAction Append(Guid stream, IEnumerable<object> events);

    StreamAction Append(Guid stream, params object[] events);

    StreamAction Append(string stream, IEnumerable<object> events);

    StreamAction Append(string stream, params object[] events);

    /// <param name="stream">The stream's id.</param>
    /// <param name="expectedVersion">The stream's version <em>after</em> this append.</param>
    /// <param name="events">At least one event.</param>
    StreamAction Append(Guid stream, long expectedVersion, params object[] events);

    /// <inheritdoc cref="Append(Guid, long, object[])"/>
    StreamAction Append(string stream, long expectedVersion, IEnumerable<object> events);

    /// <inheritdoc cref="Append(Guid, long, object[])"/>
    StreamAction Append(string stream, long expectedVersion, params object[] events);

    StreamAction StartStream<TAggregate>(Guid id, params object[] events) where TAggregate : class;

    StreamAction StartStream<TAggregate>(string streamKey, IEnumerable<object> events) where TAggregate : class;

    StreamAction StartStream<TAggregate>(string streamKey, params object[] events) where TAggregate : class;

    StreamAction StartStream(Guid id, IEnumerable<object> events);

    StreamAction StartStream(Guid id, params object[] events);

    StreamAction StartStream(string streamKey, IEnumerable<object> events);

    StreamAction StartStream(string streamKey, params object[] events);
}
