namespace JasperFx.Events.Daemon;

/// <summary>The daemon's timing and its lock.</summary>
public class DaemonSettings
{
    /// <summary>Base of the advisory lock ids of HotCold leadership.</summary>
    public int DaemonLockId { get; set; } = 4444;

    /// <summary>Milliseconds between attempts to become leader.</summary>
    public int LeadershipPollingTime { get; set; } = 5000;

    /// <summary>How long a gap in the sequence must have stood before it may be skipped, if nothing alive can fill it.</summary>
    public TimeSpan StaleSequenceThreshold { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Between looks for new events while there are none.</summary>
    public TimeSpan SlowPollingTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Between looks for new events while they keep coming.</summary>
    public TimeSpan FastPollingTime { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>First pause after a projection failed; it doubles up to 30 seconds.</summary>
    public TimeSpan AgentPauseTime { get; set; } = TimeSpan.FromSeconds(1);
}
