using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Native;

/// <summary>What is known of a native resource beyond what Aspire's snapshots have a place for: properties of these names.</summary>
internal static class ResourceProperties
{
    public const string Pid = "executable.pid";
    public const string ConsoleLog = "console.log";

    /// <summary>When the process that runs was first seen to do its work.</summary>
    public const string ReadyAt = "ready.at";

    /// <summary>Set when a process has not done its work for longer than a start should take.</summary>
    public const string IsLate = "ready.late";

    /// <summary>How often the process was started after the first time, by whatever reason.</summary>
    public const string Restarts = "restarts";

    /// <summary>Why it is about to be started again, and when.</summary>
    public const string RestartReason = "restart.reason";
    public const string RestartAt = "restart.at";

    /// <summary>How its last process ended, and when.</summary>
    public const string LastExitCode = "exit.code";
    public const string LastExitAt = "exit.at";

    /// <summary>Set when somebody stopped it: "asked to end", or "killed".</summary>
    public const string Stopped = "stopped";

    /// <summary>Why it failed to start.</summary>
    public const string Failure = "failure";

    /// <summary>The snapshot with other properties; null removes one.</summary>
    public static CustomResourceSnapshot With(this CustomResourceSnapshot snapshot, params (string Name, object? Value)[] changes) => snapshot with
    {
        Properties =
        [
            .. snapshot.Properties.Where(p => !changes.Any(c => c.Name == p.Name)),
            .. changes.Where(c => c.Value is not null).Select(c => new ResourcePropertySnapshot(c.Name, c.Value)),
        ],
    };

    public static T? Property<T>(this CustomResourceSnapshot snapshot, string name) =>
        snapshot.Properties.FirstOrDefault(p => p.Name == name)?.Value is T value ? value : default;
}
