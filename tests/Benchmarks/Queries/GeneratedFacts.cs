using System.Collections.Concurrent;
using Npgsql;
using QrPlatform.Benchmarks.Measuring;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Benchmarks.Queries;

/// <summary>
/// A year of facts with their rollups, made by the database itself, in partitions as the projection makes them. As with any bulk load, indexes
/// come last, and every core has a connection.
/// </summary>
internal sealed class GeneratedFacts(NpgsqlDataSource database)
{
    private const int AtOnce = 250_000;

    private static readonly string GenerateSql = EmbeddedSql.Read<GeneratedFacts>("GenerateFacts.sql");

    /// <summary>Fills the read models with a year that has <paramref name="count"/> facts.</summary>
    public async Task FillAsync(long count)
    {
        await ExecuteAsync("insert into projection.tenant values ('demo', 'Demo', 'America/Los_Angeles', 'USD')");
        await ExecuteAsync("select projection.ensure_months(array(select generate_series(timestamptz '2025-01-01Z', timestamptz '2026-01-02Z', interval '15 days')))");
        var indexes = await ListAsync(
            "select replace(indexdef, ' ON ONLY ', ' ON ') from pg_indexes where schemaname = 'projection' and tablename = 'event_fact' and indexname <> 'event_fact_pkey'");
        var keys = await ListAsync(
            """
            select format('alter table %s add constraint %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) from pg_constraint c
            where c.conrelid in ('projection.visitor_day'::regclass, 'projection.rollup_day'::regclass) and c.contype in ('p', 'u')
            """);
        foreach (var drop in await ListAsync(
            """
            select format('drop index projection.%I', indexname) from pg_indexes
            where schemaname = 'projection' and tablename = 'event_fact' and indexname <> 'event_fact_pkey'
            union all
            select format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname) from pg_constraint c
            where c.conrelid in ('projection.visitor_day'::regclass, 'projection.rollup_day'::regclass) and c.contype in ('p', 'u')
            """)) await ExecuteAsync(drop);

        await TogetherAsync(
            Enumerable.Range(0, (int)((count + AtOnce - 1) / AtOnce)),
            async part =>
            {
                await using var connection = await OpenAsync();
                await using var generate = new NpgsqlCommand(GenerateSql, connection) { CommandTimeout = 600 };
                generate.Parameters.Add(new NpgsqlParameter<long> { TypedValue = ((long)part * AtOnce) + 1 });
                generate.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Math.Min((part + 1L) * AtOnce, count) });
                generate.Parameters.Add(new NpgsqlParameter<long> { TypedValue = count });
                await generate.ExecuteNonQueryAsync();
            });
        await ExecuteAsync("analyze projection.event_fact");
        Conditions.PrintLoad($"{count:N0} facts are made");
        await TogetherAsync<string>(
            [
                "select projection.sum_up_visitors()",
                .. Enumerable.Range(1, 12).Select(SumUpMonth),
                """
                insert into projection.campaign (tenant_id, campaign_id, campaign_name, described_at, described_by, first_seen_at)
                select 'demo', 'camp_' || i, 'Campaign ' || i, '2025-01-01Z', 'evt', '2025-01-01Z' from generate_series(0, 199) i;
                insert into projection.visitor (tenant_id, visitor, first_seen_at, last_seen_at, first_scan_at)
                select f.tenant_id, f.visitor, min(f.occurred_at), max(f.occurred_at), min(f.occurred_at) filter (where f.is_scan) from projection.event_fact f group by 1, 2
                """,
                .. indexes,
            ],
            ExecuteAsync);
        await TogetherAsync(keys, ExecuteAsync);
        Conditions.PrintLoad("rollups and indexes are made");
        await TogetherAsync<string>(
            ["vacuum analyze projection.rollup_day", "vacuum analyze projection.rollup_quarter_hour", "vacuum analyze projection.visitor_cell", "analyze"], ExecuteAsync);
    }

    // The projection's own function, to which the facts are those of one month of the tenant's calendar, so that months are summed up beside each
    // other, and in memory.
    private static string SumUpMonth(int month) =>
        $"""
        create schema facts_of_{month};
        create view facts_of_{month}.event_fact as select f.* from projection.event_fact f
        where f.occurred_at >= make_timestamp(2025, {month}, 1, 0, 0, 0) at time zone 'America/Los_Angeles'
          and f.occurred_at < (make_timestamp(2025, {month}, 1, 0, 0, 0) + interval '1 month') at time zone 'America/Los_Angeles';
        set search_path = facts_of_{month}, projection;
        select projection.sum_up_facts();
        set search_path = projection;
        drop schema facts_of_{month} cascade
        """;

    private static async Task TogetherAsync<T>(IEnumerable<T> all, Func<T, Task> run)
    {
        var left = new ConcurrentQueue<T>(all);
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(async () =>
        {
            while (left.TryDequeue(out var one)) await run(one);
        })));
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = await database.OpenConnectionAsync();
        await using var enter = new NpgsqlCommand(
            """
            select set_config('projection.change', '0', false), set_config('search_path', 'projection', false), set_config('synchronous_commit', 'off', false),
                   set_config('maintenance_work_mem', '512MB', false), set_config('work_mem', '256MB', false), set_config('jit', 'off', false)
            """,
            connection);
        await enter.ExecuteNonQueryAsync();
        return connection;
    }

    private async Task<List<string>> ListAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var list = new List<string>();
        while (await reader.ReadAsync()) list.Add(reader.GetString(0));
        return list;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 3600 };
        await command.ExecuteNonQueryAsync();
    }
}
