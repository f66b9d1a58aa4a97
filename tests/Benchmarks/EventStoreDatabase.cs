using System.Security.Cryptography;
using System.Text;
using Marten;
using Npgsql;
using QrPlatform.Benchmarks.Measuring;
using QrPlatform.Enrichment.EventStore;
using QrPlatform.Events;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Benchmarks;

/// <summary>A fresh database with the platform's event store, and events of about the real size.</summary>
internal sealed class EventStoreDatabase : IAsyncDisposable
{
    private static readonly byte[] Data = Encoding.UTF8.GetBytes(
        $$"""{"EventId":"0123456789","OccurredAt":"2025-11-01T12:00:00+00:00","ReceivedAt":"2025-11-01T12:00:01+00:00","QrCodeId":"qr-000123","Visitor":"5f0c5b0e-7a1b-4c58-9d7b-0d3f8f5f2a11","Place":{"Country":"US","Region":"California","City":"San Francisco","Latitude":37.77,"Longitude":-122.42},"Device":{"Type":"mobile","Os":"iOS","Browser":"Safari"},"Campaign":{"Id":"holiday-2025","Variant":"A","Channel":"print","Category":"promo"},"Personal":"{{Convert.ToBase64String(new byte[360])}}"}""");

    private EventStoreDatabase(string connectionString, NpgsqlDataSource database, DocumentStore store) =>
        (ConnectionString, Database, Store) = (connectionString, database, store);

    public string ConnectionString { get; }

    public NpgsqlDataSource Database { get; }

    public DocumentStore Store { get; }

    public static async Task<EventStoreDatabase> CreateAsync(Action<StoreOptions>? more = null) => await OpenAsync(await OwnServer.CreateDatabaseAsync(), more);

    /// <summary>With the event store made where it is missing.</summary>
    public static async Task<EventStoreDatabase> OpenAsync(string connectionString, Action<StoreOptions>? more = null)
    {
        // As the services connect.
        var connection = new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 50 };
        var database = NpgsqlDataSource.Create(connection);
        var store = DocumentStore.For(options =>
        {
            options.Connection(database);
            EventStoreConfiguration.Configure(options);
            more?.Invoke(options);
        });
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await Migrator.ApplyAsync(database, StoredEvents.Schema, typeof(ScanEventAppender).Assembly, CancellationToken.None);
        return new EventStoreDatabase(connection.ConnectionString, database, store);
    }

    /// <summary>Events of which each begins a stream of its own.</summary>
    public static ScanEventToAppend[] Events(int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var id = Guid.NewGuid();
        return new ScanEventToAppend(
            "demo", $"evt-{id:N}", SHA256.HashData(id.ToByteArray()), StreamKeys.Of(StreamKeys.Session, Guid.NewGuid()), "session", id,
            "scan_recorded", StoredEvents.DotNetTypeName(typeof(ScanRecorded)), Data);
    })];

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Database.DisposeAsync();
    }
}
