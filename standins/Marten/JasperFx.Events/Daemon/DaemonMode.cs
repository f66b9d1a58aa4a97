namespace JasperFx.Events.Daemon;

/// <summary>How the daemon shares work between processes.</summary>
public enum DaemonMode
{
    Disabled,

    /// <summary>This process runs all projections. Two such processes do no harm, and double the work.</summary>
    Solo,

    /// <summary>Every projection runs in one process at a time, chosen by an advisory lock.</summary>
    HotCold,

    ExternallyManaged
}
