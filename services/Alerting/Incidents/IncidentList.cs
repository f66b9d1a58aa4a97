using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.Alerting.Rules;

namespace QrPlatform.Alerting.Incidents;

/// <summary>An incident in the list.</summary>
public sealed record IncidentSummary(Guid Id, string RuleId, string State, string Severity, DateTimeOffset OpenedAt, DateTimeOffset ChangedAt, JsonElement Summary);

/// <summary>A message about an incident, and what became of it.</summary>
public sealed record IncidentDelivery(
    Guid Id, string About, string Kind, string Target, string State, int Attempts, DateTimeOffset? NextAttemptAt, string? LastError, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);

/// <summary>Reads the tables of incidents and deliveries.</summary>
internal sealed class IncidentList(NpgsqlDataSource database)
{
    private const string ListSql =
        """
        select incident_id, rule_id, state, severity, opened_at, changed_at, summary::text, campaigns
        from alerting.incident
        where tenant_id = $1 and ($2::text is null or state = $2) and ($3::text is null or rule_id = $3) and ($4::uuid is null or incident_id = $4)
          and ($6::text[] is null or campaigns <@ $6)
        order by opened_at desc, incident_id desc
        limit $5
        """;

    private const string DeliveriesSql =
        """
        select delivery_id, reason, kind, target, state, attempts, case when state = 'pending' then next_attempt_at end, last_error, created_at, ended_at
        from alerting.delivery where incident_id = $1 order by created_at, delivery_id
        """;

    public async Task<IReadOnlyList<IncidentSummary>> ListAsync(
        string tenantId, string? state, string? ruleId, Guid? id, int limit, IReadOnlyList<string>? grants, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ListSql);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = (object?)state ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)ruleId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = (object?)grants?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var incidents = new List<IncidentSummary>();
        while (await reader.ReadAsync(cancellationToken))
        {
            incidents.Add(new IncidentSummary(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4),
                reader.GetFieldValue<DateTimeOffset>(5), JsonSerializer.Deserialize<JsonElement>(reader.GetString(6))));
        }

        return incidents;
    }

    public async Task<IReadOnlyList<IncidentDelivery>> DeliveriesAsync(Guid incident, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(DeliveriesSql);
        command.Parameters.Add(new() { Value = incident });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var deliveries = new List<IncidentDelivery>();
        while (await reader.ReadAsync(cancellationToken))
        {
            deliveries.Add(new IncidentDelivery(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetInt32(5),
                reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6), reader.IsDBNull(7) ? null : reader.GetString(7),
                reader.GetFieldValue<DateTimeOffset>(8), reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9)));
        }

        return deliveries;
    }

    /// <summary>The rule's incident that is not resolved.</summary>
    public async Task<Guid?> OpenOfAsync(StoredRule rule, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select incident_id from alerting.incident where tenant_id = $1 and rule_id = $2 and state <> 'resolved'");
        command.Parameters.Add(new() { Value = rule.TenantId });
        command.Parameters.Add(new() { Value = rule.RuleId });
        return (Guid?)await command.ExecuteScalarAsync(cancellationToken);
    }
}
