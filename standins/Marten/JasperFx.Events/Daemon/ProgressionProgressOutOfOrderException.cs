using JasperFx.Events.Projections;

namespace JasperFx.Events.Daemon;

/// <summary>Another process has moved the projection on; this page was rolled back.</summary>
public class ProgressionProgressOutOfOrderException : Exception
{
    public ProgressionProgressOutOfOrderException(ShardName progressionOrShardName)
        : base($"Progression '{progressionOrShardName}' is out of order. This may happen when multiple processes try to process the projection")
    {
    }

    public ProgressionProgressOutOfOrderException(string projectionName, long expectedFloor, long ceiling)
        : base($"Progression for '{projectionName}' is out of order. Expected floor {expectedFloor} but it had already moved. Attempted ceiling: {ceiling}.")
    {
        ProjectionName = projectionName;
        ExpectedFloor = expectedFloor;
        AttemptedCeiling = ceiling;
    }

    public string? ProjectionName { get; }

    public long ExpectedFloor { get; }

    public long AttemptedCeiling { get; }
}
