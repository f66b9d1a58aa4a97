namespace Marten.Events;

/// <summary>How appends wake the daemon.</summary>
internal static class Notifications
{
    /// <summary>The channel that real Marten uses.</summary>
    public const string Channel = "mt_events_appended";
}
