namespace JasperFx.Events;

/// <summary>Events that a session is about to append to one stream.</summary>
public class StreamAction
{
    private readonly List<IEvent> _events = [];

    public StreamAction(Guid stream, StreamActionType actionType)
    {
        Id = stream;
        ActionType = actionType;
    }

    public StreamAction(string stream, StreamActionType actionType)
    {
        Key = stream;
        ActionType = actionType;
    }

    public Guid Id { get; }

    public string? Key { get; }

    public StreamActionType ActionType { get; }

    public Type? AggregateType { get; set; }

    public string TenantId { get; set; } = StorageConstants.DefaultTenantId;

    public IReadOnlyList<IEvent> Events => _events;

    /// <summary>The version that the stream must have before the append; null appends to whatever is there.</summary>
    public long? ExpectedVersionOnServer { get; set; }

    /// <summary>The stream's version after the append, known once it has been saved.</summary>
    public long Version { get; set; }

    public StreamAction AddEvent(IEvent @event)
    {
        if (@event.Id == Guid.Empty)
        {
            @event.Id = Guid.CreateVersion7();
        }

        @event.StreamId = Id;
        @event.StreamKey = Key;
        @event.TenantId = TenantId;
        _events.Add(@event);
        return this;
    }

    public StreamAction AddEvents(IReadOnlyList<IEvent> events)
    {
        foreach (var @event in events)
        {
            AddEvent(@event);
        }

        return this;
    }

    internal object Identity => (object?)Key ?? Id;
}
