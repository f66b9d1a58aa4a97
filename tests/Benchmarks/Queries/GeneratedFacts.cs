using Npgsql;
using QrPlatform.Benchmarks.Measuring;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Benchmarks.Queries;

/// <summary>A year of facts with their rollups, made by the database itself, in partitions as the projection makes them.</summary>
internal sealed class GeneratedFacts(NpgsqlDataSource database)
{
    private const int AtOnce = 250_000;

    private static readonly string GenerateSql = EmbeddedSql.Read<GeneratedFacts>("GenerateFacts.sql");

    /// <summary>Fills the read models with the first facts of a year that has <paramref name="count"/>.</summary>
    public async Task FillAsync(long count)
    {
        await using var connection = await database.OpenConnectionAsync();
        await ExecuteAsync(connection, "insert into projection.tenant values ('demo', 'Demo', 'America/Los_Angeles', 'USD')");
        await ExecuteAsync(connection, "select set_config('projection.change', '0', false), set_config('search_path', 'projection', false), set_config('synchronous_commit', 'off', false)");
        await ExecuteAsync(connection, "select projection.ensure_months(array(select generate_series(timestamptz '2025-01-01Z', timestamptz '2026-01-02Z', interval '15 days')))");
        for (var made = 0L; made < count; made += AtOnce)
        {
            await using var generate = new NpgsqlCommand(GenerateSql, connection) { CommandTimeout = 600 };
            generate.Parameters.Add(new NpgsqlParameter<long> { TypedValue = made + 1 });
            generate.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Math.Min(made + AtOnce, count) });
            generate.Parameters.Add(new NpgsqlParameter<long> { TypedValue = count });
            await generate.ExecuteNonQueryAsync();
            if ((made / AtOnce) % 4 == 3) Conditions.PrintLoad($"{made + AtOnce:N0} facts");
        }

        await ExecuteAsync(
            connection,
            """
            insert into projection.campaign (tenant_id, campaign_id, campaign_name, described_at, described_by, first_seen_at)
            select 'demo', 'camp_' || i, 'Campaign ' || i, '2025-01-01Z', 'evt', '2025-01-01Z' from generate_series(0, 199) i;
            insert into projection.visitor (tenant_id, visitor, first_seen_at, last_seen_at, first_scan_at)
            select f.tenant_id, f.visitor, min(f.occurred_at), max(f.occurred_at), min(f.occurred_at) filter (where f.is_scan) from projection.event_fact f group by 1, 2
            """);
        await ExecuteAsync(connection, "select projection.sum_up_facts(), projection.sum_up_visitors()");
        Conditions.PrintLoad("rollups are made");
        await ExecuteAsync(connection, "vacuum analyze");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 3600 };
        await command.ExecuteNonQueryAsync();
    }
}
