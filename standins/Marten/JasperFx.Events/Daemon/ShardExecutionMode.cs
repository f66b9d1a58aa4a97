namespace JasperFx.Events.Daemon;

/// <summary>What a shard is run for.</summary>
public enum ShardExecutionMode
{
    Continuous,
    Rebuild,
    CatchUp
}
