using JasperFx.Events.Projections;

namespace JasperFx.Events.Daemon;

/// <summary>What a subscription may ask of the daemon that runs it.</summary>
public interface ISubscriptionController
{
    ShardExecutionMode Mode { get; }

    ShardName Name { get; }

    AsyncOptions Options { get; }

    /// <summary>Gives the page up: nothing of it is committed. The stand-in tries it again, as after an exception.</summary>
    Task ReportCriticalFailureAsync(Exception ex);

    /// <summary>Not in the stand-in, which commits a page whole or not at all.</summary>
    Task ReportCriticalFailureAsync(Exception ex, long lastProcessed);

    /// <summary>Not in the stand-in, which has no table of dead letters.</summary>
    Task RecordDeadLetterEventAsync(IEvent @event, Exception ex);
}
