using System.Text.Json;
using Marten;
using Microsoft.Extensions.Options;
using Npgsql;
using QrPlatform.Alerting.Incidents;

namespace QrPlatform.Alerting.Delivery;

/// <summary>
/// The table of messages. Claiming one moves its next try beyond the time that a try may take, so that one whose process died is tried again
/// by whoever comes by: at least once, always with the same id.
/// </summary>
internal sealed class DeliveryQueue(NpgsqlDataSource database, IDocumentStore store, IOptions<AlertingOptions> options, TimeProvider clock)
{
    private const string ClaimSql =
        """
        update alerting.delivery d set attempts = d.attempts + 1, next_attempt_at = $1 + $2
        where d.delivery_id in (
            select c.delivery_id from alerting.delivery c
            where c.state = 'pending' and c.next_attempt_at <= $1
            order by c.next_attempt_at limit 10 for update skip locked)
        returning d.delivery_id, d.tenant_id, d.incident_id, d.kind, d.target, d.sealed_secret, d.content::text, d.attempts, d.created_at
        """;

    private const string PostponeSql = "update alerting.delivery set next_attempt_at = $2, last_error = $3 where delivery_id = $1 and state = 'pending'";

    private const string EndSql = "update alerting.delivery set state = ?, last_error = nullif(?, ''), ended_at = now() where delivery_id = ? and state = 'pending'";

    public async Task<IReadOnlyList<DueDelivery>> ClaimAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ClaimSql);
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        command.Parameters.Add(new() { Value = options.Value.Delivery.Timeout + TimeSpan.FromSeconds(5) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<DueDelivery>();
        while (await reader.ReadAsync(cancellationToken))
        {
            due.Add(new DueDelivery(
                reader.GetGuid(0), reader.GetString(1), reader.GetGuid(2), reader.GetString(3), reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetFieldValue<byte[]>(5), JsonSerializer.Deserialize<Message>(reader.GetString(6))!, reader.GetInt32(7),
                reader.GetFieldValue<DateTimeOffset>(8)));
        }

        return due;
    }

    /// <summary>Notes how a try ended: in the table, and for good in the incident's history.</summary>
    public async Task EndAsync(DueDelivery delivery, Attempt attempt, CancellationToken cancellationToken)
    {
        var settings = options.Value.Delivery;
        if (attempt is Attempt.Postponed postponed)
        {
            if (delivery.Attempts < settings.MostAttempts)
            {
                await PostponeAsync(delivery, postponed, cancellationToken);
                return;
            }

            attempt = new Attempt.Refused($"Given up after {delivery.Attempts} tries: {postponed.Error}");
        }

        var (state, error) = attempt switch
        {
            Attempt.Delivered => ("delivered", ""),
            Attempt.NotConfigured none => ("not_configured", none.Error),
            Attempt.Refused refused => ("failed", refused.Error),
            _ => throw new InvalidOperationException($"{attempt.GetType().Name} is no end."),
        };
        await using var session = store.LightweightSession(delivery.TenantId);
        session.QueueSqlCommand(EndSql, state, error, delivery.Id);
        session.Events.Append(delivery.IncidentId, new IncidentNotified(delivery.Id, delivery.Kind, delivery.Message.About, state, delivery.Attempts));
        await session.SaveChangesAsync(cancellationToken);
    }

    private async Task PostponeAsync(DueDelivery delivery, Attempt.Postponed postponed, CancellationToken cancellationToken)
    {
        var settings = options.Value.Delivery;
        var pause = Math.Min(settings.FirstPause.TotalMilliseconds * Math.Pow(2, delivery.Attempts - 1), settings.LongestPause.TotalMilliseconds) * (0.8 + (Random.Shared.NextDouble() * 0.4));
        var after = TimeSpan.FromMilliseconds(pause);
        if (postponed.After is { } asked && asked > after) after = asked < settings.LongestPause ? asked : settings.LongestPause;
        await using var command = database.CreateCommand(PostponeSql);
        command.Parameters.Add(new() { Value = delivery.Id });
        command.Parameters.Add(new() { Value = (clock.GetUtcNow() + after).UtcDateTime });
        command.Parameters.Add(new() { Value = postponed.Error });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
