using JasperFx;
using JasperFx.Events;
using JasperFx.MultiTenancy;
using Npgsql;
using QrPlatform.Testing;
using Weasel.Core;

namespace QrPlatform.Marten.Tests;

/// <summary>
/// A database with an event store as the platform configures it. The tests use Marten's API and PostgreSQL only, so that they can be run
/// on the real package as well.
/// </summary>
public sealed class StoreDatabase : IAsyncLifetime
{
    public const string Schema = "events";

    /// <summary>For what the stand-in refuses, or promises more of than Marten does.</summary>
    public static bool IsStandin => typeof(IDocumentStore).Assembly.GetName().Name == "Native.Marten";

    public StoreDatabase()
    {
    }

    /// <summary>A database that another process has made.</summary>
    internal StoreDatabase(string connectionString) => Connect(connectionString);

    public string ConnectionString { get; private set; } = "";

    public NpgsqlDataSource Database { get; private set; } = null!;

    public DocumentStore Store { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Connect(await TestServers.CreateDatabaseAsync());
        Store = NewStore();
        await Store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
    }

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        await Database.DisposeAsync();
    }

    private void Connect(string connectionString)
    {
        ConnectionString = connectionString;
        Database = NpgsqlDataSource.Create(connectionString);
    }

    /// <summary>Another store over the same database, as another process would have it.</summary>
    public DocumentStore NewStore(Action<StoreOptions>? more = null) => DocumentStore.For(options =>
    {
        Configure(options);
        more?.Invoke(options);
    });

    public void Configure(StoreOptions options)
    {
        options.Connection(Database);
        options.DatabaseSchemaName = Schema;
        options.AutoCreateSchemaObjects = AutoCreate.CreateOrUpdate;
        options.UseSystemTextJsonForSerialization(EnumStorage.AsInteger, Casing.Default);
        options.Events.DatabaseSchemaName = Schema;
        options.Events.StreamIdentity = StreamIdentity.AsString;
        options.Events.TenancyStyle = TenancyStyle.Conjoined;
        options.Events.AppendMode = EventAppendMode.QuickWithServerTimestamps;
        options.Events.UseListenNotifyForEventAppends = true;
        options.Events.MapEventType<Opened>("account_opened");
        options.Events.MapEventType<Deposited>("money_deposited");
        options.Events.MapEventType<Closed>("account_closed");
        options.Projections.Add<AccountProjection>(JasperFx.Events.Projections.ProjectionLifecycle.Live);
    }

    public async Task AppendAsync(string tenant, string stream, params object[] events)
    {
        await using var session = Store.LightweightSession(tenant);
        session.Events.Append(stream, events);
        await session.SaveChangesAsync();
    }

    public async Task<IReadOnlyList<IEvent>> StreamAsync(string tenant, string stream)
    {
        await using var session = Store.QuerySession(tenant);
        return await session.Events.FetchStreamAsync(stream);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task<List<string>> RowsAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "-" : reader.GetValue(i).ToString())));
        return rows;
    }

    public static string NewTenant() => $"t{Guid.NewGuid():N}";
}
