using JasperFx.Events;
using Npgsql;

namespace Marten.Aggregation;

/// <summary>Where an aggregation writes: inside the transaction that appends, or that moves the progress.</summary>
/// <param name="Store">The store.</param>
/// <param name="Connection">The transaction's connection.</param>
/// <param name="Transaction">The transaction.</param>
/// <param name="IsInline">Whether other sessions may be writing the same documents at the same time.</param>
internal sealed record AggregateTarget(DocumentStore Store, NpgsqlConnection Connection, NpgsqlTransaction Transaction, bool IsInline);

/// <summary>A projection of events into documents, without the types of document and id.</summary>
internal interface IAggregation
{
    Type DocumentType { get; }

    Type IdType { get; }

    bool IsMultiStream { get; }

    /// <summary>Whether anything says which event belongs to which document.</summary>
    bool HasRules { get; }

    /// <summary>Brings the documents of these events up to date.</summary>
    Task ApplyAsync(AggregateTarget target, IReadOnlyList<IEvent> events, CancellationToken ct);
}

/// <summary>How sessions find an aggregate's projection without knowing the type of its id.</summary>
internal interface IAggregator<TDoc>
{
    TDoc? Apply(TDoc? snapshot, IEvent e);
}
