namespace JasperFx.Events.Projections;

/// <summary>How far a projection, or the high water mark, has come.</summary>
public class ShardState
{
    /// <summary>The row that holds the sequence up to which all events are known; not a projection.</summary>
    public const string HighWaterMark = "HighWaterMark";

    public ShardState(string shardName, long sequence)
    {
        ShardName = shardName;
        Sequence = sequence;
    }

    public string ShardName { get; }

    public long Sequence { get; }

    /// <summary>When the row was last written, by the database's clock.</summary>
    public DateTimeOffset? LastAdvanced { get; set; }

    public override string ToString() => $"ShardName: {ShardName}, Sequence: {Sequence}";
}
