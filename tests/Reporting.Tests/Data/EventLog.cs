using System.Reflection;
using System.Text.Json;
using Marten;
using Npgsql;
using QrPlatform.Events;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.Testing;

namespace QrPlatform.Reporting.Tests.Data;

/// <summary>
/// An event store with the projection's schema beside it. Appends and projects at once, as enrichment and the daemon do, so that what the
/// service reads was made by the platform's own SQL.
/// </summary>
internal sealed class EventLog(NpgsqlDataSource database, string connectionString) : IAsyncDisposable
{
    private const string AppendSql =
        """
        with given as (
            select nextval('events.mt_events_sequence') as seq, g.* from unnest(@tenants, @streams, @types, @data) with ordinality as g (tenant, stream, type, data, ordinal)
        ), streams as (
            insert into events.mt_streams (tenant_id, id, version) select distinct tenant, stream, 0 from given on conflict do nothing
        )
        insert into events.mt_events (seq_id, id, stream_id, version, data, type, tenant_id)
        select seq, gen_random_uuid(), stream, seq, data::jsonb, type, tenant from given
        returning seq_id
        """;

    private const string ProjectSql =
        """
        select projection.apply_page(@sequences);
        insert into events.mt_event_progression (name, last_seq_id) values ('Scans:All', (select max(s) from unnest(@sequences) s))
        on conflict (name) do update set last_seq_id = excluded.last_seq_id;
        """;

    public string ConnectionString => connectionString;

    public static async Task<EventLog> CreateAsync()
    {
        var connectionString = await TestServers.CreateDatabaseAsync();
        await using (var store = DocumentStore.For(options =>
        {
            options.Connection(connectionString);
            EventStoreConfiguration.Configure(options);
        }))
        {
            await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        }

        var database = NpgsqlDataSource.Create(connectionString);
        await Migrator.ApplyAsync(database, "projection", Assembly.Load("QrPlatform.Projection"), CancellationToken.None);
        await using var tenants = database.CreateCommand(
            "insert into projection.tenant values ('demo', 'Demo', 'America/Los_Angeles', 'USD'), ('acme', 'Acme', 'UTC', 'EUR')");
        await tenants.ExecuteNonQueryAsync();
        return new EventLog(database, connectionString);
    }

    /// <summary>Appends the events and projects them, in one transaction.</summary>
    public Task AddAsync(params IReadOnlyList<TestEvent> events) => AddAsync([.. events.Select(Stored)]);

    /// <summary>Appends what was described of campaigns, codes and placements, and projects it.</summary>
    public Task DefineAsync(params IReadOnlyList<(string Tenant, string Stream, object Event)> events) =>
        AddAsync([.. events.Select(e => (e.Tenant, e.Stream, StoredEvents.Names[e.Event.GetType()], JsonSerializer.Serialize(e.Event, e.Event.GetType())))]);

    /// <summary>Appends without projecting: the daemon is behind.</summary>
    public async Task AppendOnlyAsync(params IReadOnlyList<TestEvent> events)
    {
        await using var connection = await database.OpenConnectionAsync();
        await AppendAsync(connection, [.. events.Select(Stored)]);
    }

    /// <summary>Sums up the months that have changed, as the projection service does when they have been quiet for a while.</summary>
    public async Task SumUpMonthsAsync()
    {
        await using var sumUp = database.CreateCommand("do $$ begin while projection.sum_up_month('0') loop end loop; end $$");
        await sumUp.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private static (string Tenant, string Stream, string Type, string Data) Stored(TestEvent e) => (e.Tenant, e.Stream, e.StoredType, e.Data);

    private async Task AddAsync((string Tenant, string Stream, string Type, string Data)[] events)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var sequences = await AppendAsync(connection, events);
        await using var project = new NpgsqlCommand(ProjectSql, connection) { Parameters = { new("sequences", sequences) } };
        await project.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }

    private static async Task<long[]> AppendAsync(NpgsqlConnection connection, (string Tenant, string Stream, string Type, string Data)[] events)
    {
        await using var append = new NpgsqlCommand(AppendSql, connection)
        {
            Parameters =
            {
                new("tenants", events.Select(e => e.Tenant).ToArray()),
                new("streams", events.Select(e => e.Stream).ToArray()),
                new("types", events.Select(e => e.Type).ToArray()),
                new("data", events.Select(e => e.Data).ToArray()),
            },
        };
        var sequences = new List<long>();
        await using var reader = await append.ExecuteReaderAsync();
        while (await reader.ReadAsync()) sequences.Add(reader.GetInt64(0));
        return [.. sequences];
    }
}
