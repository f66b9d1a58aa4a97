using Npgsql;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Projection.Rebuilds;

/// <summary>The rebuilds that were asked for, and what came of them (<c>projection.rebuild</c>).</summary>
internal sealed class RebuildList(NpgsqlDataSource database, TimeProvider time)
{
    private static readonly string FindSql = EmbeddedSql.Read<RebuildList>("FindRebuilds.sql");

    /// <summary>Notes that a rebuild is wanted; one that waits already serves both who asked.</summary>
    public async Task<Guid> RequestAsync(string tenantId, string user, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            with waiting as (select id from projection.rebuild where status = 'waiting' and tenant_id = $2),
            added as (
                insert into projection.rebuild (id, status, tenant_id, requested_by, requested_at)
                select $1, 'waiting', $2, $3, $4 where not exists (select from waiting) returning id)
            select id from added union all select id from waiting limit 1
            """);
        foreach (var value in (object[])[Guid.CreateVersion7(time.GetUtcNow()), tenantId, user, time.GetUtcNow()]) command.Parameters.Add(new() { Value = value });
        return (Guid)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The newest rebuilds, or that of <paramref name="id"/>, with the results of the tenant's rows.</summary>
    public async Task<IReadOnlyList<Rebuild>> FindAsync(string tenantId, Guid? id, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        foreach (var value in (object[])[tenantId, id ?? (object)DBNull.Value, limit])
            command.Parameters.Add(value is DBNull ? new() { Value = value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid } : new() { Value = value });
        var found = new List<Rebuild>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (datasets, rows, missing, unexpected) = (
                reader.GetFieldValue<string[]>(7), reader.GetFieldValue<long[]>(8), reader.GetFieldValue<long[]>(9), reader.GetFieldValue<long[]>(10));
            found.Add(new Rebuild(
                reader.GetGuid(0), Enum.Parse<RebuildStatus>(reader.GetString(1), ignoreCase: true), reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.GetFieldValue<DateTimeOffset>(3), reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4), reader.GetDouble(5),
                reader.IsDBNull(6) ? null : reader.GetString(6),
                [.. datasets.Select((dataset, i) => new RebuildResult(dataset, rows[i], missing[i], unexpected[i]))]));
        }

        return found;
    }

    /// <summary>The next rebuild to work on: the oldest that has not ended, also one whose process died over it.</summary>
    public async Task<Guid?> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select id from projection.rebuild where status not in ('completed', 'failed') order by requested_at, id limit 1");
        return (Guid?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Notes how far it is.</summary>
    public Task ReportAsync(Guid id, RebuildStatus status, long read, long total, CancellationToken cancellationToken) => ExecuteAsync(
        "update projection.rebuild set status = $2, events = $3, events_total = $4, started_at = coalesce(started_at, $5) where id = $1",
        [id, NameOf(status), read, total, time.GetUtcNow()], cancellationToken);

    /// <summary>Notes the end and the result.</summary>
    public async Task CompleteAsync(Guid id, IReadOnlyList<(string Tenant, RebuildResult Result)> results, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            with ended as (
                update projection.rebuild set status = 'completed', finished_at = $2 where id = $1)
            insert into projection.rebuild_result (rebuild_id, tenant_id, dataset, rows, missing, unexpected)
            select $1, * from unnest($3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[])
            on conflict do nothing
            """);
        foreach (var value in (object[])
            [
                id, time.GetUtcNow(), results.Select(one => one.Tenant).ToArray(), results.Select(one => one.Result.Dataset).ToArray(),
                results.Select(one => one.Result.Rows).ToArray(), results.Select(one => one.Result.Missing).ToArray(),
                results.Select(one => one.Result.Unexpected).ToArray(),
            ])
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Notes that it failed.</summary>
    public Task FailAsync(Guid id, string failure, CancellationToken cancellationToken) => ExecuteAsync(
        "update projection.rebuild set status = 'failed', finished_at = $2, failure = $3 where id = $1", [id, time.GetUtcNow(), failure], cancellationToken);

    /// <summary>The status as it is written.</summary>
    public static string NameOf(RebuildStatus status) => status.ToString().ToLowerInvariant();

    private async Task ExecuteAsync(string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
