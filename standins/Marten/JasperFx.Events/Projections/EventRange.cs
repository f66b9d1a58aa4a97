namespace JasperFx.Events.Projections;

/// <summary>A page of events on its way to a subscription.</summary>
public class EventRange
{
    internal EventRange(ShardName name, long floor, long ceiling, List<IEvent> events)
    {
        ShardName = name;
        SequenceFloor = floor;
        SequenceCeiling = ceiling;
        Events = events;
    }

    public ShardName ShardName { get; }

    /// <summary>The last sequence before the page.</summary>
    public long SequenceFloor { get; }

    /// <summary>The last sequence of the page, which becomes the progress.</summary>
    public long SequenceCeiling { get; }

    public List<IEvent> Events { get; set; }

    public int Size => Events.Count;

    public override string ToString() => $"Event range of '{ShardName}', {SequenceFloor} to {SequenceCeiling}";
}
