using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace QrPlatform.Alerting.Rules;

/// <summary>The table of rules.</summary>
internal sealed class RuleStore(NpgsqlDataSource database)
{
    private const string Columns = "tenant_id, rule_id, series_id, version, definition::text, evaluated_until";

    private const string SaveSql =
        """
        with saved as (
            insert into alerting.rule as r (tenant_id, rule_id, series_id, version, definition, evaluated_until, updated_by)
            values ($1, $2, $3, 1, $4::jsonb, $5, $6)
            on conflict (tenant_id, rule_id) do update set
                version = r.version + 1, definition = excluded.definition, updated_at = now(), updated_by = excluded.updated_by,
                evaluated_until = case when r.series_id = excluded.series_id then greatest(r.evaluated_until, excluded.evaluated_until) else excluded.evaluated_until end,
                series_id = excluded.series_id
            where r.version = $7
            returning tenant_id, rule_id, version, updated_by
        ), noted as (
            insert into alerting.rule_change (tenant_id, rule_id, version, actor, action)
            select s.tenant_id, s.rule_id, s.version, s.updated_by, case when s.version = 1 then 'created' else 'changed' end from saved s
        )
        select version from saved
        """;

    /// <summary>All rules of a tenant, or of all, by id.</summary>
    public async Task<IReadOnlyList<StoredRule>> ListAsync(string? tenantId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from alerting.rule where $1::text is null or tenant_id = $1 order by tenant_id, rule_id");
        command.Parameters.Add(new() { Value = (object?)tenantId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rules = new List<StoredRule>();
        while (await reader.ReadAsync(cancellationToken)) rules.Add(Read(reader));
        return rules;
    }

    public async Task<StoredRule?> FindAsync(string tenantId, string ruleId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from alerting.rule where tenant_id = $1 and rule_id = $2");
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = ruleId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>Writes a rule over the version that was read (0 for a new one); null when somebody else was faster.</summary>
    public async Task<long?> SaveAsync(StoredRule rule, string by, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SaveSql);
        command.Parameters.Add(new() { Value = rule.TenantId });
        command.Parameters.Add(new() { Value = rule.RuleId });
        command.Parameters.Add(new() { Value = rule.SeriesId });
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(rule.Rule) });
        command.Parameters.Add(new() { Value = rule.EvaluatedUntil.ToUniversalTime() });
        command.Parameters.Add(new() { Value = by });
        command.Parameters.Add(new() { Value = rule.Version });
        return (long?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private static StoredRule Read(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetString(1), reader.GetGuid(2), reader.GetInt64(3),
        JsonSerializer.Deserialize<Rule>(reader.GetString(4))!, reader.GetFieldValue<DateTimeOffset>(5));
}
