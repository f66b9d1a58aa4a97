using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten.Aggregation;

namespace Marten.Events.Aggregation;

/// <summary>
/// Builds one aggregate from one stream by overriding <see cref="Evolve"/>: on reading, in the transaction that appends, or in the
/// daemon. Real Marten's Create and Apply conventions are not part of the stand-in.
/// </summary>
public class SingleStreamProjection<TDoc, TId> : ProjectionBase, IAggregation, IAggregator<TDoc> where TDoc : notnull where TId : notnull
{
    public SingleStreamProjection()
    {
        Name = AggregateNames.Of(typeof(TDoc));
        Options.DeleteViewTypeOnTeardown<TDoc>();
    }

    Type IAggregation.DocumentType => typeof(TDoc);

    Type IAggregation.IdType => typeof(TId);

    bool IAggregation.IsMultiStream => false;

    bool IAggregation.HasRules => true;

    /// <summary>The aggregate after <paramref name="e"/>; null if there is none (any more).</summary>
    public virtual TDoc? Evolve(TDoc? snapshot, TId id, IEvent e) =>
        throw NotInTheSubset.Member($"{GetType().Name} without an override of Evolve");

    TDoc? IAggregator<TDoc>.Apply(TDoc? snapshot, IEvent e) => Evolve(snapshot, IdOf(e), e);

    Task IAggregation.ApplyAsync(AggregateTarget target, IReadOnlyList<IEvent> events, CancellationToken ct) =>
        new AggregateDocuments<TDoc, TId>(target, isMultiStream: false, Evolve).ApplyAsync(events, e => [IdOf(e)], ct);

    private static TId IdOf(IEvent e) => (TId)((object?)e.StreamKey ?? e.StreamId);
}
