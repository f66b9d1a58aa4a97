using System.Text.Json;
using System.Text.RegularExpressions;
using Marten;
using Npgsql;
using QrPlatform.Events;
using QrPlatform.Projection.Rebuilds;
using QrPlatform.Projection.Scans;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.Testing;

namespace QrPlatform.Projection.Tests;

/// <summary>An event log and its read models in a database of their own.</summary>
internal sealed partial class Log : IAsyncDisposable
{
    /// <summary>How events are written.</summary>
    public static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private static readonly string[] Tables =
    [
        "event_fact", "session", "campaign", "qr_code", "geography", "device", "visitor", "unconsented", "campaign_definition", "campaign_cost",
        "campaign_cost_day", "qr_code_definition", "placement", "placement_state", "campaign_version", "rollup_quarter_hour", "rollup_day",
        "visitor_day", "visitor_cell",
    ];

    // Sums that fell to nothing stay, so that their change can be seen; what is made anew has none of them.
    private static readonly Dictionary<string, string> Kept = new()
    {
        ["rollup_quarter_hour"] = "t.events <> 0 or t.bot_scans <> 0 or t.test_scans <> 0",
        ["rollup_day"] = "t.events <> 0 or t.bot_scans <> 0 or t.test_scans <> 0",
        ["visitor_cell"] = "t.visitors <> 0",
    };

    private long _sequence;

    private Log(NpgsqlDataSource database, string connectionString) => (Database, ConnectionString) = (database, connectionString);

    public NpgsqlDataSource Database { get; }

    /// <summary>The database, for another process or login.</summary>
    public string ConnectionString { get; }

    public static async Task<Log> CreateAsync()
    {
        var connectionString = await TestServers.CreateDatabaseAsync();
        var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { NoResetOnClose = true });
        await using var store = DocumentStore.For(options =>
        {
            options.Connection(database);
            EventStoreConfiguration.Configure(options);
        });
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await Migrator.ApplyAsync(database, "projection", typeof(ScanProjection).Assembly, CancellationToken.None);
        var log = new Log(database, connectionString);
        await log.ExecuteAsync("insert into projection.tenant values ('demo', 'Demo', 'America/Los_Angeles', 'USD')");
        return log;
    }

    /// <summary>Appends events to the log in this order and projects them as one page.</summary>
    public async Task ApplyAsync(params IReadOnlyList<(string Stream, SessionEvent Event)> page) =>
        await ProjectAsync(await AppendAsync([.. page.Select(entry => (entry.Stream, (object)entry.Event))]));

    /// <summary>Appends events to the log in this order; returns their numbers.</summary>
    public async Task<long[]> AppendAsync(params IReadOnlyList<(string Stream, object Event)> events)
    {
        await using var connection = await Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var sequences = new List<long>();
        foreach (var (stream, stored) in events)
        {
            sequences.Add(++_sequence);
            await using var insert = new NpgsqlCommand(
                """
                with stream as (
                    insert into events.mt_streams as s (tenant_id, id, version) values ('demo', $2, 1)
                    on conflict (tenant_id, id) do update set version = s.version + 1 returning version)
                insert into events.mt_events (seq_id, id, stream_id, version, data, type, tenant_id)
                select $1, gen_random_uuid(), $2, version, $3::jsonb, $4, 'demo' from stream
                """, connection)
            {
                Parameters =
                {
                    new() { Value = _sequence }, new() { Value = stream }, new() { Value = JsonSerializer.Serialize(stored, stored.GetType(), Json) },
                    new() { Value = StoredEvents.Names[stored.GetType()] },
                },
            };
            await insert.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
        return [.. sequences];
    }

    /// <summary>Projects the events of these numbers as one page.</summary>
    public async Task ProjectAsync(params long[] sequences)
    {
        await using var connection = await Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var apply = new NpgsqlCommand("select projection.apply_page($1)", connection) { Parameters = { new() { Value = sequences } } };
        await apply.ExecuteNonQueryAsync();
        await using var move = new NpgsqlCommand(
            """
            insert into events.mt_event_progression as p (name, last_seq_id) values ('Scans:All', $1)
            on conflict (name) do update set last_seq_id = greatest(p.last_seq_id, excluded.last_seq_id)
            """, connection)
        {
            Parameters = { new() { Value = sequences.Max() } },
        };
        await move.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }

    /// <summary>Empties every read model; the log stays.</summary>
    public Task ClearAsync() => ExecuteAsync($"truncate {string.Join(", ", Tables.Select(table => $"projection.{table}"))}");

    /// <summary>Projects the whole log anew, as one page, into emptied tables.</summary>
    public async Task RebuildAsync()
    {
        await ClearAsync();
        await ProjectAsync([.. Enumerable.Range(1, (int)_sequence).Select(sequence => (long)sequence)]);
    }

    /// <summary>Rebuilds beside the live rows, over so many connections and in pages of that size, and fails if any row differs.</summary>
    public async Task AssertRebuildFindsTheSameAsync(int connections, int pageSize)
    {
        var results = await new Rebuilder(Database, pageSize, connections).RunAsync((_, _, _) => Task.CompletedTask, CancellationToken.None);
        Assert.Contains(results, found => found.Result.Rows > 0);
        Assert.DoesNotContain(results, found => found.Result.Missing + found.Result.Unexpected > 0);
    }

    /// <summary>Every row of every read model as text, sorted, without what numbers the log's positions.</summary>
    public async Task<string> DumpAsync()
    {
        var rows = new List<string>();
        foreach (var table in Tables)
        {
            rows.AddRange(await ColumnAsync(
                $"""
                 select '{table} ' || (to_jsonb(t) - 'seq_id' - 'attribution_seq' - 'stamped_seq' - 'context_of' - 'change_seq'
                     || case when to_jsonb(t) ? 'context_of' then jsonb_build_object('context_of', (
                         select f.event_id from projection.event_fact f where f.seq_id = (to_jsonb(t)->>'context_of')::bigint)) else '{"{}"}' end)::text
                 from projection.{table} t
                 where {(Kept.TryGetValue(table, out var condition) ? condition : "true")}
                 """));
        }

        return string.Join('\n', rows.Select(row => TrailingZeros().Replace(row, "")).Order(StringComparer.Ordinal));
    }

    /// <summary>Fails with the rows that are in one of two dumps only.</summary>
    public static void AssertSame(string expected, string actual)
    {
        var (wanted, got) = (expected.Split('\n'), actual.Split('\n'));
        Assert.True(expected == actual, $"missing:\n{string.Join('\n', wanted.Except(got).Take(5))}\nunexpected:\n{string.Join('\n', got.Except(wanted).Take(5))}");
    }

    /// <summary>Makes the rollups anew from the facts, as a rebuild does.</summary>
    public Task SumUpAsync() => ExecuteAsync(
        """
        begin;
        truncate projection.rollup_quarter_hour, projection.rollup_day, projection.visitor_day, projection.visitor_cell;
        select set_config('search_path', 'projection', true), projection.begin_change();
        select projection.sum_up_facts(), projection.sum_up_visitors();
        commit
        """);

    public async Task<IReadOnlyList<string>> ColumnAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync()) values.Add(reader.IsDBNull(0) ? "null" : reader.GetString(0));
        return values;
    }

    /// <summary>What a platform service reads for a user of the tenant, who may see all campaigns or those named.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync(string sql, string campaigns = "all")
    {
        await using var connection = await Database.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("select set_config('app.tenant', 'demo', true), set_config('app.campaigns', $1, true)") { Parameters = { new() { Value = campaigns } } },
                new(sql),
            },
        };
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.NextResultAsync();
        var values = new List<string>();
        while (await reader.ReadAsync()) values.Add(reader.GetString(0));
        return values;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    // 12.50 and 12.5 are one number; a sum of differences may show another scale than a sum.
    [GeneratedRegex(@"(?<=\.\d*)0+(?=[,}])|\.0+(?=[,}])")]
    private static partial Regex TrailingZeros();
}
