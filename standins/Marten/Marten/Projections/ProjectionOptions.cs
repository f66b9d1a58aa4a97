using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using JasperFx.Events.Subscriptions;
using Marten.Aggregation;
using Marten.Daemon;
using Marten.Documents;
using Marten.Subscriptions;

namespace Marten.Events.Projections;

/// <summary>The projections of a store, and the daemon's settings.</summary>
public class ProjectionOptions : DaemonSettings
{
    private readonly List<Shard> _async = [];
    private readonly List<Shard> _inline = [];
    private readonly List<ProjectionBase> _aggregates = [];

    /// <summary>
    /// Skips a gap after this time even if a live transaction may still fill it, which loses what it then commits.
    /// Null, the default, never does.
    /// </summary>
    public TimeSpan? SkipStaleGapsDespiteLiveTransactionsAfter { get; set; }

    /// <summary>What the daemon runs, subscriptions included.</summary>
    internal IReadOnlyList<Shard> Async => _async;

    /// <summary>What runs in the transaction that appends.</summary>
    internal IReadOnlyList<Shard> Inline => _inline;

    /// <summary>Aggregates with documents of their own.</summary>
    internal IEnumerable<IAggregation> Projected =>
        _aggregates.Where(a => a.Lifecycle != ProjectionLifecycle.Live).Cast<IAggregation>();

    /// <summary>All aggregates, also those that exist on reading only.</summary>
    internal IEnumerable<IAggregation> Aggregates => _aggregates.Cast<IAggregation>();

    /// <param name="projection">The projection; one instance serves all pages, one at a time, and all sessions if it is inline.</param>
    /// <param name="lifecycle">Inline or async.</param>
    /// <param name="projectionName">Names the progress row; the class name if null.</param>
    /// <param name="asyncConfiguration">Page size and tables that a rebuild empties.</param>
    public void Add(IProjection projection, ProjectionLifecycle lifecycle, string? projectionName = null,
        Action<AsyncOptions>? asyncConfiguration = null)
    {
        if (lifecycle == ProjectionLifecycle.Live)
        {
            throw new ArgumentOutOfRangeException(nameof(lifecycle), "Live cannot be used for IProjection");
        }

        var options = new AsyncOptions();
        asyncConfiguration?.Invoke(options);
        var name = string.IsNullOrEmpty(projectionName) ? projection.GetType().Name : projectionName;
        Register(lifecycle, new Shard(new ShardName(name), new ProjectionHandler(projection), options));
    }

    /// <summary>Registers an aggregate's projection.</summary>
    public void Add<TProjectionType>(ProjectionLifecycle lifecycle, Action<AsyncOptions>? asyncConfiguration = null)
        where TProjectionType : ProjectionBase, new()
    {
        if (new TProjectionType { Lifecycle = lifecycle } is not { } projection || projection is not IAggregation)
        {
            throw NotInTheSubset.Member($"the projection {typeof(TProjectionType)}, which is none of single or several streams,");
        }

        asyncConfiguration?.Invoke(projection.Options);
        AddAggregate(projection);
    }

    /// <summary>
    /// Keeps a document for every stream, as its own method <c>Evolve(IEvent)</c> or <c>Evolve(object)</c> makes it. Real Marten's Create
    /// and Apply conventions are not part of the stand-in.
    /// </summary>
    public void Snapshot<T>(SnapshotLifecycle lifecycle, Action<AsyncOptions>? asyncConfiguration = null) where T : notnull
    {
        if (typeof(T).IsAssignableTo(typeof(ProjectionBase)))
        {
            throw new InvalidOperationException(
                $"This registration mechanism can only be used for an aggregate type that is 'self-aggregating'. Please use the Projections.Add() API instead to register {typeof(T)}");
        }

        var projection = BuildSelfAggregate(typeof(T), DocumentMembers.Of(typeof(T)).IdType);
        projection.Lifecycle = lifecycle == SnapshotLifecycle.Inline ? ProjectionLifecycle.Inline : ProjectionLifecycle.Async;
        asyncConfiguration?.Invoke(projection.Options);
        AddAggregate(projection);
    }

    /// <summary>Has the daemon hand every event to a subscription, with progress of its own.</summary>
    public void Subscribe(ISubscription subscription, Action<ISubscriptionOptions>? configure = null)
    {
        var source = subscription as SubscriptionBase ?? new SubscriptionWrapper(subscription);
        configure?.Invoke(source);
        Register(ProjectionLifecycle.Async, new Shard(
            new ShardName(source.Name, ShardName.All, source.Version), new SubscriptionHandler(source, subscription), source.Options)
        {
            EventTypes = source.IncludedEventTypes,
            IncludesArchived = source.IncludeArchivedEvents
        });
    }

    internal bool Owns(Type documentType) => Projected.Any(a => a.DocumentType == documentType);

    /// <summary>The projection that makes <typeparamref name="T"/>, and when it does.</summary>
    internal (IAggregator<T> Aggregator, ProjectionLifecycle Lifecycle) AggregatorFor<T>() where T : notnull
    {
        if (_aggregates.Find(a => a is IAggregator<T>) is { } found)
        {
            return ((IAggregator<T>)found, found.Lifecycle);
        }

        if (_aggregates.Exists(a => ((IAggregation)a).DocumentType == typeof(T)))
        {
            throw new InvalidOperationException(
                $"The aggregate type {typeof(T)} is the subject of a multi-stream projection and cannot be used with FetchForWriting");
        }

        if (!SelfAggregate.IsOne(typeof(T)))
        {
            throw NotInTheSubset.Member($"aggregating {typeof(T)} without a SingleStreamProjection that overrides Evolve");
        }

        // Ids are handed to nobody here.
        var self = BuildSelfAggregate(typeof(T), typeof(object));
        return ((IAggregator<T>)self, ProjectionLifecycle.Live);
    }

    /// <summary>Finds what can be rebuilt.</summary>
    internal bool TryFind(string name, [NotNullWhen(true)] out Shard? found)
    {
        found = _async.Concat(_inline).FirstOrDefault(p => p.Name.Name == name || p.Name.Identity == name);
        return found is not null;
    }

    private static ProjectionBase BuildSelfAggregate(Type documentType, Type idType)
    {
        try
        {
            return (ProjectionBase)Activator.CreateInstance(typeof(SelfAggregate<,>).MakeGenericType(documentType, idType))!;
        }
        catch (TargetInvocationException e) when (e.InnerException is NotSupportedException refusal)
        {
            throw refusal;
        }
    }

    private void AddAggregate(ProjectionBase projection)
    {
        _aggregates.Add(projection);
        if (projection.Lifecycle != ProjectionLifecycle.Live)
        {
            Register(projection.Lifecycle, new Shard(
                new ShardName(projection.Name, ShardName.All, projection.Version), new AggregationHandler((IAggregation)projection, projection), projection.Options));
        }
    }

    private void Register(ProjectionLifecycle lifecycle, Shard shard)
    {
        if (_async.Concat(_inline).Any(p => p.Name.Name == shard.Name.Name))
        {
            throw new InvalidOperationException($"There are two projections named '{shard.Name.Name}'; they would share one progress row.");
        }

        (lifecycle == ProjectionLifecycle.Inline ? _inline : _async).Add(shard);
    }
}
