using System.Data;
using JasperFx.Events.Daemon;
using Microsoft.Extensions.Logging;

namespace Marten;

/// <summary>The store: one per process and database.</summary>
public interface IDocumentStore : IDisposable, IAsyncDisposable
{
    IMartenStorage Storage { get; }

    AdvancedOperations Advanced { get; }

    IDocumentSession LightweightSession(IsolationLevel isolationLevel = IsolationLevel.ReadCommitted);

    IDocumentSession LightweightSession(string tenantId, IsolationLevel isolationLevel = IsolationLevel.ReadCommitted);

    IQuerySession QuerySession();

    IQuerySession QuerySession(string tenantId);

    /// <summary>A daemon that the caller starts and stops.</summary>
    ValueTask<IProjectionDaemon> BuildProjectionDaemonAsync(string? tenantIdOrDatabaseIdentifier = null, ILogger? logger = null);
}
