using JasperFx.Events.Projections;

namespace Marten.Daemon;

/// <summary>Something that events are handed to, and its name and options.</summary>
internal sealed record Shard(ShardName Name, PageHandler Handler, AsyncOptions Options)
{
    /// <summary>The only types of events that are read; all if there is none.</summary>
    public IReadOnlyList<Type> EventTypes { get; init; } = [];

    public bool IncludesArchived { get; init; }
}
