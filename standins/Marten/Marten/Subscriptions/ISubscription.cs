using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;

namespace Marten.Subscriptions;

/// <summary>Is handed every event once, in order, by the daemon.</summary>
public interface ISubscription
{
    /// <summary>
    /// Handles a page. What it queues on <paramref name="operations"/> is committed together with the progress, or not at all; what it
    /// does elsewhere may be done again after a failure.
    /// </summary>
    /// <returns>Is told before and after the commit; <see cref="NullChangeListener.Instance"/> if nobody is to be.</returns>
    Task<IChangeListener> ProcessEventsAsync(EventRange page, ISubscriptionController controller, IDocumentOperations operations,
        CancellationToken cancellationToken);
}
