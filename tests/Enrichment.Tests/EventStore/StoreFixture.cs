using System.Security.Cryptography;
using System.Text;
using JasperFx.Events;
using JasperFx.MultiTenancy;
using Marten;
using Npgsql;
using QrPlatform.Enrichment.EventStore;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.Testing;

namespace QrPlatform.Enrichment.Tests.EventStore;

/// <summary>A database with the event store's tables, shared by a class of tests; every test has tenants of its own.</summary>
public sealed class StoreFixture : IAsyncLifetime
{
    public NpgsqlDataSource Database { get; private set; } = null!;

    public IDocumentStore Store { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Database = NpgsqlDataSource.Create(await TestServers.CreateDatabaseAsync());
        Store = DocumentStore.For(options =>
        {
            options.Connection(Database);
            options.DatabaseSchemaName = "events";
            options.Events.StreamIdentity = StreamIdentity.AsString;
            options.Events.TenancyStyle = TenancyStyle.Conjoined;
            options.Events.AppendMode = EventAppendMode.Quick;
            options.Events.MapEventType<Happened>("happened");
        });
        await Store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await Migrator.ApplyAsync(Database, "events", typeof(ScanEventAppender).Assembly, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        await Database.DisposeAsync();
    }

    public static ScanEventToAppend Event(string tenant, string eventId, string stream, string what = "it") => new(
        tenant, eventId, SHA256.HashData(Encoding.UTF8.GetBytes(what)), stream, "session", Guid.NewGuid(), "happened",
        "QrPlatform.Enrichment.Tests.EventStore.Happened, QrPlatform.Enrichment.Tests", Encoding.UTF8.GetBytes($$"""{"What": "{{what}}"}"""));

    public async Task<AppendResult> AppendAsync(params IReadOnlyList<ScanEventToAppend> events)
    {
        await using var connection = await Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var result = await new ScanEventAppender().AppendAsync(connection, transaction, events, CancellationToken.None);
        await transaction.CommitAsync();
        return result;
    }

    public async Task<IReadOnlyList<IEvent>> StreamAsync(string tenant, string stream)
    {
        await using var session = Store.QuerySession(tenant);
        return await session.Events.FetchStreamAsync(stream);
    }

    public static string NewTenant() => $"t{Guid.NewGuid():N}";
}

public sealed record Happened(string What);
