using JasperFx.Events;
using JasperFx.Events.Projections;

namespace Marten.Events.Aggregation;

/// <summary>
/// Builds one aggregate from one stream by overriding <see cref="Evolve"/>. In the stand-in for live aggregation only
/// (<see cref="ProjectionLifecycle.Live"/>); real Marten's Create and Apply conventions are not part of it.
/// </summary>
public class SingleStreamProjection<TDoc, TId> : ProjectionBase, IAggregator<TDoc> where TDoc : notnull where TId : notnull
{
    /// <summary>The aggregate after <paramref name="e"/>; null if there is none (any more).</summary>
    public virtual TDoc? Evolve(TDoc? snapshot, TId id, IEvent e) =>
        throw NotInTheSubset.Member($"{GetType().Name} without an override of Evolve");

    TDoc? IAggregator<TDoc>.Apply(TDoc? snapshot, IEvent e) => Evolve(snapshot, (TId)((object?)e.StreamKey ?? e.StreamId), e);
}

/// <summary>How sessions find an aggregate's projection without knowing the type of its id.</summary>
internal interface IAggregator<TDoc>
{
    TDoc? Apply(TDoc? snapshot, IEvent e);
}
