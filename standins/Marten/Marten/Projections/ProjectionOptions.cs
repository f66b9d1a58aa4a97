using System.Diagnostics.CodeAnalysis;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten.Events.Aggregation;

namespace Marten.Events.Projections;

/// <summary>The projections of a store, and the daemon's settings.</summary>
public class ProjectionOptions : DaemonSettings
{
    private readonly List<AsyncProjection> _async = [];
    private readonly List<ProjectionBase> _live = [];

    /// <summary>
    /// Skips a gap after this time even if a live transaction may still fill it, which loses what it then commits.
    /// Null, the default, never does.
    /// </summary>
    public TimeSpan? SkipStaleGapsDespiteLiveTransactionsAfter { get; set; }

    internal IReadOnlyList<AsyncProjection> Async => _async;

    /// <param name="projection">The projection; one instance serves all pages, one at a time.</param>
    /// <param name="lifecycle">In the stand-in <see cref="ProjectionLifecycle.Async"/> only.</param>
    /// <param name="projectionName">Names the progress row; the class name if null.</param>
    /// <param name="asyncConfiguration">Page size and tables that a rebuild empties.</param>
    public void Add(IProjection projection, ProjectionLifecycle lifecycle, string? projectionName = null,
        Action<AsyncOptions>? asyncConfiguration = null)
    {
        if (lifecycle == ProjectionLifecycle.Live)
        {
            throw new ArgumentOutOfRangeException(nameof(lifecycle), "Live cannot be used for IProjection");
        }

        if (lifecycle != ProjectionLifecycle.Async)
        {
            throw NotInTheSubset.Member($"a projection with lifecycle {lifecycle}");
        }

        var options = new AsyncOptions();
        asyncConfiguration?.Invoke(options);
        var name = string.IsNullOrEmpty(projectionName) ? projection.GetType().Name : projectionName;
        if (_async.Any(p => p.Name.Name == name))
        {
            throw new InvalidOperationException($"There are two projections named '{name}'; they would share one progress row.");
        }

        _async.Add(new AsyncProjection(new ShardName(name), projection, options));
    }

    /// <summary>Registers an aggregate's projection; in the stand-in with <see cref="ProjectionLifecycle.Live"/> only.</summary>
    public void Add<TProjectionType>(ProjectionLifecycle lifecycle, Action<AsyncOptions>? asyncConfiguration = null)
        where TProjectionType : ProjectionBase, new()
    {
        if (lifecycle != ProjectionLifecycle.Live)
        {
            throw NotInTheSubset.Member($"an aggregate projection with lifecycle {lifecycle}");
        }

        var projection = new TProjectionType { Lifecycle = lifecycle };
        asyncConfiguration?.Invoke(projection.Options);
        _live.Add(projection);
    }

    /// <summary>Not in the stand-in.</summary>
    public void Snapshot<T>(SnapshotLifecycle lifecycle, Action<AsyncOptions>? asyncConfiguration = null) where T : notnull =>
        throw NotInTheSubset.Member("Projections.Snapshot");

    internal IAggregator<T> AggregatorFor<T>() =>
        _live.OfType<IAggregator<T>>().FirstOrDefault()
        ?? throw NotInTheSubset.Member($"aggregating {typeof(T)} without a SingleStreamProjection that overrides Evolve");

    internal bool TryFindAsync(string name, [NotNullWhen(true)] out AsyncProjection? found)
    {
        found = _async.Find(p => p.Name.Name == name || p.Name.Identity == name);
        return found is not null;
    }
}

/// <summary>A projection that the daemon runs.</summary>
internal sealed record AsyncProjection(ShardName Name, IProjection Projection, AsyncOptions Options);
