using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Microsoft.Extensions.DependencyInjection;

namespace Marten.Subscriptions;

/// <summary>Gives a plain subscription its options.</summary>
internal sealed class SubscriptionWrapper : SubscriptionBase
{
    private readonly ISubscription _subscription;

    public SubscriptionWrapper(ISubscription subscription)
    {
        _subscription = subscription;
        Name = subscription.GetType().Name;
    }

    public override Task<IChangeListener> ProcessEventsAsync(EventRange page, ISubscriptionController controller,
        IDocumentOperations operations, CancellationToken cancellationToken) =>
        _subscription.ProcessEventsAsync(page, controller, operations, cancellationToken);
}

/// <summary>Takes a new subscription from the container for every page.</summary>
internal sealed class ScopedSubscription<T> : SubscriptionBase where T : class, ISubscription
{
    private readonly IServiceProvider _provider;

    public ScopedSubscription(IServiceProvider provider)
    {
        _provider = provider;
        Name = typeof(T).Name;
        using var scope = provider.CreateScope();
        if (scope.ServiceProvider.GetRequiredService<T>() is SubscriptionBase inner)
        {
            (Name, Version, Options, IncludeArchivedEvents) = (inner.Name, inner.Version, inner.Options, inner.IncludeArchivedEvents);
            IncludedEventTypes.AddRange(inner.IncludedEventTypes);
        }
    }

    public override async Task<IChangeListener> ProcessEventsAsync(EventRange page, ISubscriptionController controller,
        IDocumentOperations operations, CancellationToken cancellationToken)
    {
        await using var scope = _provider.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<T>()
            .ProcessEventsAsync(page, controller, operations, cancellationToken).ConfigureAwait(false);
    }
}
