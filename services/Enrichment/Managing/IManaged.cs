using JasperFx.Events;
using Marten.Events.Aggregation;

namespace QrPlatform.Enrichment.Managing;

/// <summary>Something that people manage by commands, made of its stream's events.</summary>
internal interface IManaged<TSelf> where TSelf : class, IManaged<TSelf>
{
    /// <summary>The kind of its streams.</summary>
    static abstract char Kind { get; }

    /// <summary>What it is called in names of actions; those of its events begin with it.</summary>
    static abstract string Name { get; }

    /// <summary>What it is called in messages.</summary>
    static abstract string Noun { get; }

    /// <summary>The state after an event. Pure.</summary>
    static abstract TSelf? Apply(TSelf? current, object stored);

    /// <summary>As the API shows it.</summary>
    object Body();
}

/// <summary>Makes the state of a stream, whenever it is asked for.</summary>
internal sealed class ManagedProjection<T> : SingleStreamProjection<T, string> where T : class, IManaged<T>
{
    public override T? Evolve(T? snapshot, string id, IEvent e) => T.Apply(snapshot, e.Data);
}
