using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using JasperFx.Events.Subscriptions;

namespace Marten.Subscriptions;

/// <summary>A subscription that knows its own name and options.</summary>
public abstract class SubscriptionBase : EventFilterable, ISubscriptionOptions, ISubscription
{
    protected SubscriptionBase() => Name = GetType().Name;

    public string Name { get; set; }

    public uint Version { get; set; } = 1;

    public AsyncOptions Options { get; protected set; } = new();

    public abstract Task<IChangeListener> ProcessEventsAsync(EventRange page, ISubscriptionController controller,
        IDocumentOperations operations, CancellationToken cancellationToken);
}
