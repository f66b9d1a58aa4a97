namespace JasperFx.Events;

/// <summary>The stream does not have the version that the append was made for.</summary>
public class EventStreamUnexpectedMaxEventIdException : ConcurrencyException
{
    public EventStreamUnexpectedMaxEventIdException(object id, Type? aggregateType, long expected, long actual)
        : base($"Unexpected starting version number for event stream '{id}', expected {expected} but was {actual}", aggregateType, id)
    {
        AggregateType = aggregateType;
    }

    public EventStreamUnexpectedMaxEventIdException(string? message) : base(message)
    {
    }

    public Type? AggregateType { get; }
}
