namespace JasperFx.Events.Projections;

/// <summary>When a projection runs.</summary>
public enum ProjectionLifecycle
{
    /// <summary>In the transaction that appends.</summary>
    Inline,

    /// <summary>In the daemon.</summary>
    Async,

    /// <summary>On reading.</summary>
    Live
}

/// <summary>When a snapshot is written.</summary>
public enum SnapshotLifecycle
{
    Inline,
    Async
}
