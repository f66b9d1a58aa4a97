using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten.Aggregation;
using Marten.Events.Projections;
using Marten.Sessions;
using Marten.Subscriptions;

namespace Marten.Daemon;

/// <summary>What is done with a page of events.</summary>
internal abstract class PageHandler
{
    /// <summary>What the application has registered.</summary>
    public abstract object Implementation { get; }

    /// <summary>What it projects to, if that is documents.</summary>
    public virtual Type? DocumentType => null;

    /// <summary>Whether running it again from the start gives the same result.</summary>
    public virtual bool CanBeRebuilt => true;

    /// <summary>Makes the tables that it writes to.</summary>
    public virtual ValueTask EnsureStorageAsync(DocumentStore store, CancellationToken ct) => ValueTask.CompletedTask;

    /// <summary>Queues what is to be written, before a transaction begins.</summary>
    public virtual Task<IChangeListener?> QueueAsync(Shard shard, EventPage page, DocumentSession operations, CancellationToken ct) =>
        Task.FromResult<IChangeListener?>(null);

    /// <summary>Writes inside the transaction.</summary>
    public virtual Task WriteAsync(AggregateTarget target, IReadOnlyList<IEvent> events, CancellationToken ct) => Task.CompletedTask;
}

internal sealed class ProjectionHandler(IProjection projection) : PageHandler
{
    public override object Implementation => projection;

    public override async Task<IChangeListener?> QueueAsync(Shard shard, EventPage page, DocumentSession operations, CancellationToken ct)
    {
        await projection.ApplyAsync(operations, page.Events, ct).ConfigureAwait(false);
        return null;
    }
}

internal sealed class AggregationHandler(IAggregation aggregation, object projection) : PageHandler
{
    public override object Implementation => projection;

    public override Type DocumentType => aggregation.DocumentType;

    public override ValueTask EnsureStorageAsync(DocumentStore store, CancellationToken ct) =>
        store.Options.Documents.EnsureAsync(store.Options.Documents.For(aggregation.DocumentType), ct);

    public override Task WriteAsync(AggregateTarget target, IReadOnlyList<IEvent> events, CancellationToken ct) =>
        aggregation.ApplyAsync(target, events, ct);
}

internal sealed class SubscriptionHandler(SubscriptionBase subscription, ISubscription registered) : PageHandler
{
    public override object Implementation => registered;

    /// <summary>What a subscription did with an event cannot be thrown away.</summary>
    public override bool CanBeRebuilt => false;

    public override async Task<IChangeListener?> QueueAsync(Shard shard, EventPage page, DocumentSession operations, CancellationToken ct)
    {
        var range = new EventRange(shard.Name, page.Floor, page.Ceiling, [.. page.Events]);
        var controller = new Controller(shard);
        var listener = await subscription.ProcessEventsAsync(range, controller, operations, ct).ConfigureAwait(false);
        return controller.Failure is { } failure
            ? throw new InvalidOperationException($"The subscription {shard.Name.Name} gave up {range}.", failure)
            : listener;
    }

    private sealed class Controller(Shard shard) : ISubscriptionController
    {
        public Exception? Failure { get; private set; }

        public ShardExecutionMode Mode => ShardExecutionMode.Continuous;

        public ShardName Name => shard.Name;

        public AsyncOptions Options => shard.Options;

        public Task ReportCriticalFailureAsync(Exception ex)
        {
            Failure = ex;
            return Task.CompletedTask;
        }

        public Task ReportCriticalFailureAsync(Exception ex, long lastProcessed) =>
            throw NotInTheSubset.Member("committing a part of a page");

        public Task RecordDeadLetterEventAsync(IEvent @event, Exception ex) => throw NotInTheSubset.Member("a table of dead letters");
    }
}
