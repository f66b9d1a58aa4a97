namespace JasperFx.Events.Projections;

/// <summary>The name of a projection's progress row.</summary>
public class ShardName
{
    public const string All = "All";

    public ShardName(string name, string shardKey, uint version)
    {
        Name = name;
        ShardKey = shardKey;
        Version = version;
        Identity = name == ShardState.HighWaterMark
            ? name
            : version > 1 ? $"{name}:V{version}:{shardKey}" : $"{name}:{shardKey}";
    }

    public ShardName(string name) : this(name, All, 1)
    {
    }

    public string Name { get; }

    public string ShardKey { get; }

    public uint Version { get; }

    /// <summary>What <c>mt_event_progression.name</c> holds.</summary>
    public string Identity { get; }

    public override string ToString() => $"Name: {Name}, ShardKey: {ShardKey}, Identity: {Identity}";
}
