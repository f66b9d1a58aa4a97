namespace QrPlatform.Projection.Rebuilds;

/// <summary>How far a rebuild is. The order is that of the work.</summary>
internal enum RebuildStatus
{
    /// <summary>Another one is running, or nobody has begun yet.</summary>
    Waiting,

    /// <summary>The log is read into rows beside the live ones.</summary>
    Replaying,

    /// <summary>The rows are compared.</summary>
    Comparing,

    /// <summary>Live rows that differ are written over; projecting waits for that.</summary>
    Correcting,

    /// <summary>The live rows are those that the log gives.</summary>
    Completed,

    /// <summary>It ended without a result; the live rows are as they were.</summary>
    Failed,
}

/// <summary>A rebuild of the read models.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Status">How far it is.</param>
/// <param name="RequestedBy">The user who asked for it; null for users of another tenant.</param>
/// <param name="RequestedAt">When it was asked for.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="Progress">Part of the log that has been read, from 0 to 1.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="Results">The comparison, for the asking tenant's rows.</param>
internal sealed record Rebuild(
    Guid Id, RebuildStatus Status, string? RequestedBy, DateTimeOffset RequestedAt, DateTimeOffset? FinishedAt, double Progress, string? Failure,
    IReadOnlyList<RebuildResult> Results);

/// <summary>One table of a tenant, as rebuilt and as it was.</summary>
/// <param name="Dataset">The table, without its schema.</param>
/// <param name="Rows">Rows as rebuilt.</param>
/// <param name="Missing">Rebuilt rows that were not there, or otherwise.</param>
/// <param name="Unexpected">Live rows that the log does not give, or gives otherwise.</param>
internal sealed record RebuildResult(string Dataset, long Rows, long Missing, long Unexpected);
