using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten.Aggregation;

namespace Marten.Events.Projections;

/// <summary>
/// Builds documents from the events of several streams: rules say which documents an event belongs to, and <see cref="Evolve"/> what it
/// makes of them. Tenants stay apart. Grouping by other means, fan-out and roll-up by tenant are not part of the stand-in.
/// </summary>
public abstract class MultiStreamProjection<TDoc, TId> : ProjectionBase, IAggregation where TDoc : notnull where TId : notnull
{
    private readonly List<Func<IEvent, IEnumerable<TId>>> _rules = [];

    protected MultiStreamProjection()
    {
        Name = AggregateNames.Of(typeof(TDoc));
        Options.DeleteViewTypeOnTeardown<TDoc>();
    }

    Type IAggregation.DocumentType => typeof(TDoc);

    Type IAggregation.IdType => typeof(TId);

    bool IAggregation.IsMultiStream => true;

    bool IAggregation.HasRules => _rules.Count > 0;

    /// <summary>An event of this type, or one that it is a base of, belongs to one document.</summary>
    /// <typeparam name="TEvent">The event's data, or <see cref="IEvent"/> or <see cref="IEvent{T}"/> for the event with its place.</typeparam>
    public void Identity<TEvent>(Func<TEvent, TId> identityFunc) where TEvent : notnull => AddRule<TEvent>(e => [identityFunc(e)]);

    /// <summary>An event of this type belongs to any number of documents.</summary>
    /// <typeparam name="TEvent">As with <see cref="Identity{TEvent}"/>.</typeparam>
    public void Identities<TEvent>(Func<TEvent, IReadOnlyList<TId>> identitiesFunc) where TEvent : notnull => AddRule(identitiesFunc);

    /// <summary>The document after <paramref name="e"/>; null if there is none (any more).</summary>
    public virtual TDoc? Evolve(TDoc? snapshot, TId id, IEvent e) =>
        throw NotInTheSubset.Member($"{GetType().Name} without an override of Evolve");

    Task IAggregation.ApplyAsync(AggregateTarget target, IReadOnlyList<IEvent> events, CancellationToken ct) =>
        new AggregateDocuments<TDoc, TId>(target, isMultiStream: true, Evolve).ApplyAsync(events, e => _rules.SelectMany(rule => rule(e)), ct);

    private void AddRule<TEvent>(Func<TEvent, IReadOnlyList<TId>> idsOf) =>
        _rules.Add(typeof(TEvent).IsAssignableTo(typeof(IEvent))
            ? e => e is TEvent matching ? idsOf(matching) : []
            : e => e.EventType.IsAssignableTo(typeof(TEvent)) ? idsOf((TEvent)e.Data) : []);
}
