using Marten.Events;

namespace Marten;

/// <summary>Reads as one tenant.</summary>
public interface IQuerySession : IDisposable, IAsyncDisposable
{
    IQueryEventStore Events { get; }

    IDocumentStore DocumentStore { get; }

    string? CausationId { get; set; }

    string? CorrelationId { get; set; }

    string TenantId { get; }
}
