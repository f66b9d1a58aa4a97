using System.Data;
using JasperFx;
using JasperFx.Events.Daemon;
using Marten.Aggregation;
using Marten.Daemon;
using Marten.Schema;
using Marten.Sessions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Marten;

/// <summary>The store over PostgreSQL.</summary>
public class DocumentStore : IDocumentStore, IMartenStorage
{
    private readonly ILoggerFactory _loggers;

    internal DocumentStore(StoreOptions options, ILoggerFactory? loggers = null)
    {
        Options = options;
        DataSource = options.DataSource
            ?? throw new InvalidOperationException("The store has no database. Name one with StoreOptions.Connection.");
        ProjectionRules.Check(options);
        _loggers = loggers ?? NullLoggerFactory.Instance;
        Schema = new EventSchema(options);
        Advanced = new AdvancedOperations(this);
    }

    internal StoreOptions Options { get; }

    internal NpgsqlDataSource DataSource { get; }

    internal EventSchema Schema { get; }

    public IMartenStorage Storage => this;

    public AdvancedOperations Advanced { get; }

    public static DocumentStore For(Action<StoreOptions> configure)
    {
        var options = new StoreOptions();
        configure(options);
        return new DocumentStore(options);
    }

    public static DocumentStore For(string connectionString) => For(options => options.Connection(connectionString));

    public IDocumentSession LightweightSession(IsolationLevel isolationLevel = IsolationLevel.ReadCommitted) =>
        new DocumentSession(this, StorageConstants.DefaultTenantId, isolationLevel);

    public IDocumentSession LightweightSession(string tenantId, IsolationLevel isolationLevel = IsolationLevel.ReadCommitted) =>
        new DocumentSession(this, tenantId, isolationLevel);

    public IQuerySession QuerySession() => QuerySession(StorageConstants.DefaultTenantId);

    public IQuerySession QuerySession(string tenantId) => new DocumentSession(this, tenantId, IsolationLevel.ReadCommitted);

    public async ValueTask<IProjectionDaemon> BuildProjectionDaemonAsync(string? tenantIdOrDatabaseIdentifier = null,
        ILogger? logger = null)
    {
        if (tenantIdOrDatabaseIdentifier is not null)
        {
            throw NotInTheSubset.Member("a database per tenant");
        }

        await Schema.EnsureAsync(CancellationToken.None).ConfigureAwait(false);
        return BuildDaemon(logger);
    }

    Task IMartenStorage.ApplyAllConfiguredChangesToDatabaseAsync(AutoCreate? @override) =>
        Schema.ApplyAsync(@override ?? Options.AutoCreateSchemaObjects, CancellationToken.None);

    internal ProjectionDaemon BuildDaemon(ILogger? logger = null) =>
        new(this, logger ?? _loggers.CreateLogger<ProjectionDaemon>());

    public void Dispose()
    {
        if (Options.OwnsDataSource)
        {
            DataSource.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    public async ValueTask DisposeAsync()
    {
        if (Options.OwnsDataSource)
        {
            await DataSource.DisposeAsync().ConfigureAwait(false);
        }

        GC.SuppressFinalize(this);
    }
}
