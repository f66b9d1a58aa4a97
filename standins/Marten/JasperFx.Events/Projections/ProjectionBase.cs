namespace JasperFx.Events.Projections;

/// <summary>What every projection class has.</summary>
public abstract class ProjectionBase
{
    protected ProjectionBase() => Name = GetType().Name;

    /// <summary>Names the progress row; change it only together with a rebuild.</summary>
    public string Name { get; set; }

    public uint Version { get; set; } = 1;

    public ProjectionLifecycle Lifecycle { get; set; } = ProjectionLifecycle.Async;

    public AsyncOptions Options { get; } = new();
}

/// <summary>A projection over operations of a kind.</summary>
public interface IJasperFxProjection<in TOperations>
{
    /// <summary>
    /// Applies a page of events, which may belong to several streams and tenants. What it queues on
    /// <paramref name="operations"/> is committed together with the progress, or not at all.
    /// </summary>
    Task ApplyAsync(TOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation);
}
