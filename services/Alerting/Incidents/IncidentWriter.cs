using System.Text.Json;
using Marten;
using QrPlatform.Alerting.Delivery;
using QrPlatform.Alerting.Evaluation;
using QrPlatform.Alerting.Rules;

namespace QrPlatform.Alerting.Incidents;

/// <summary>Writes evaluations with what follows from them: events of an incident, its row, and messages, each time in one transaction.</summary>
internal sealed class IncidentWriter(IDocumentStore store, IncidentList incidents)
{
    // Values travel as one JSON text, because a statement's values may not be null.
    private const string NoteSql =
        """
        insert into alerting.evaluation (series_id, interval_start, interval_end, tenant_id, rule_id, rule_version, value, scans, as_of, outcome)
        select v.series_id, v.interval_start, v.interval_end, v.tenant_id, v.rule_id, v.rule_version, v.value, v.scans, v.as_of, v.outcome
        from jsonb_to_record(?::jsonb) as v (series_id uuid, interval_start timestamptz, interval_end timestamptz, tenant_id text, rule_id text,
                                             rule_version bigint, value numeric, scans bigint, as_of timestamptz, outcome text)
        """;

    private const string AdvanceSql = "update alerting.rule set evaluated_until = greatest(evaluated_until, ?::timestamptz) where tenant_id = ? and rule_id = ? and series_id = ?::uuid";

    private const string OpenSql =
        """
        insert into alerting.incident (incident_id, tenant_id, rule_id, campaigns, state, severity, summary)
        select v.incident_id, v.tenant_id, v.rule_id, v.campaigns, 'open', v.severity, v.summary
        from jsonb_to_record(?::jsonb) as v (incident_id uuid, tenant_id text, rule_id text, campaigns text[], severity text, summary jsonb)
        """;

    private const string ObserveSql =
        "update alerting.incident set summary = jsonb_set(summary, '{latest}', ?::jsonb), changed_at = now() where incident_id = ?::uuid";

    private const string StateSql = "update alerting.incident set state = ?, changed_at = now() where incident_id = ?::uuid";

    // Of two who remove it at the same time one does.
    private const string RemoveRuleSql =
        """
        with gone as (delete from alerting.rule where tenant_id = ? and rule_id = ? returning tenant_id, rule_id, version)
        insert into alerting.rule_change (tenant_id, rule_id, version, actor, action)
        select g.tenant_id, g.rule_id, g.version, ?::text, 'removed' from gone g
        """;

    public async Task NoteAsync(EvaluationOutcome evaluation, CancellationToken cancellationToken)
    {
        await using var session = Note(evaluation);
        await session.SaveChangesAsync(cancellationToken);
    }

    public async Task OpenAsync(EvaluationOutcome evaluation, CancellationToken cancellationToken)
    {
        var (rule, incident) = (evaluation.Rule, Guid.CreateVersion7());
        var condition = rule.Rule.Condition;
        await using var session = Note(evaluation);
        var opened = new IncidentOpened(
            rule.RuleId, rule.Version, rule.Rule.Name, rule.Rule.Metric, rule.Rule.Severity, condition.Operator, condition.Threshold, condition.RecoveryThreshold,
            evaluation.Measured.TimeZone, evaluation.Reading);
        session.QueueSqlCommand(OpenSql, Json(new
        {
            incident_id = incident,
            tenant_id = rule.TenantId,
            rule_id = rule.RuleId,
            campaigns = rule.Rule.Campaigns,
            severity = rule.Rule.Severity,
            summary = new { name = rule.Rule.Name, metric = rule.Rule.Metric, @operator = condition.Operator, threshold = condition.Threshold, first = Row(evaluation.Reading), latest = Row(evaluation.Reading) },
        }));
        session.Events.StartStream<Incident>(incident, opened);
        Outbox.Add(session, rule, incident, Message.Opened, Message.Of(Message.Opened, incident, opened, evaluation.Reading));
        await session.SaveChangesAsync(cancellationToken);
    }

    public async Task ObserveAsync(EvaluationOutcome evaluation, Guid incident, CancellationToken cancellationToken)
    {
        await using var session = Note(evaluation);
        var stream = await session.Events.FetchForWriting<Incident>(incident, cancellationToken);
        session.QueueSqlCommand(ObserveSql, Json(Row(evaluation.Reading)), incident.ToString());
        stream.AppendOne(new IncidentObserved(evaluation.Reading));
        await session.SaveChangesAsync(cancellationToken);
    }

    public async Task ResolveAsync(EvaluationOutcome evaluation, Guid incident, CancellationToken cancellationToken)
    {
        await using var session = Note(evaluation);
        await ResolveAsync(session, evaluation.Rule, incident, "recovered", evaluation.Reading, cancellationToken);
        await session.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Deletes a rule; an incident of it that is open ends with it.</summary>
    public async Task RemoveRuleAsync(StoredRule rule, string by, CancellationToken cancellationToken)
    {
        await using var session = store.LightweightSession(rule.TenantId);
        session.QueueSqlCommand(RemoveRuleSql, rule.TenantId, rule.RuleId, by);
        if (await incidents.OpenOfAsync(rule, cancellationToken) is { } incident)
            await ResolveAsync(session, rule, incident, "rule_deleted", null, cancellationToken);
        await session.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Takes an incident on; null where there is none, false where it is over.</summary>
    public async Task<bool?> AcknowledgeAsync(string tenantId, Guid incident, string by, string? note, CancellationToken cancellationToken)
    {
        await using var session = store.LightweightSession(tenantId);
        var stream = await session.Events.FetchForWriting<Incident>(incident, cancellationToken);
        if (stream.Aggregate is not { } current) return null;
        if (current.State != IncidentProjection.Open) return current.State == IncidentProjection.Acknowledged;
        stream.AppendOne(new IncidentAcknowledged(by, note));
        session.QueueSqlCommand(StateSql, IncidentProjection.Acknowledged, incident.ToString());
        await session.SaveChangesAsync(cancellationToken);
        return true;
    }

    private static async Task ResolveAsync(IDocumentSession session, StoredRule rule, Guid incident, string reason, Reading? reading, CancellationToken cancellationToken)
    {
        var stream = await session.Events.FetchForWriting<Incident>(incident, cancellationToken);
        stream.AppendOne(new IncidentResolved(reason, reading));
        session.QueueSqlCommand(StateSql, IncidentProjection.Resolved, incident.ToString());
        if (reading is not null) session.QueueSqlCommand(ObserveSql, Json(Row(reading)), incident.ToString());
        Outbox.Add(session, rule, incident, Message.Resolved, Message.Of(Message.Resolved, incident, stream.Aggregate!.Opened, reading ?? stream.Aggregate.Opened.Reading));
    }

    private IDocumentSession Note(EvaluationOutcome evaluation)
    {
        var rule = evaluation.Rule;
        var session = store.LightweightSession(rule.TenantId);
        session.QueueSqlCommand(NoteSql, Json(new
        {
            series_id = rule.SeriesId,
            interval_start = evaluation.Interval.Start,
            interval_end = evaluation.Interval.End,
            tenant_id = rule.TenantId,
            rule_id = rule.RuleId,
            rule_version = rule.Version,
            value = evaluation.Measured.Value,
            scans = evaluation.Measured.Scans,
            as_of = evaluation.Measured.AsOf,
            outcome = evaluation.Outcome,
        }));
        session.QueueSqlCommand(AdvanceSql, evaluation.Interval.End.ToUniversalTime(), rule.TenantId, rule.RuleId, rule.SeriesId);
        return session;
    }

    private static object Row(Reading reading) => new { from = reading.From, to = reading.To, value = reading.Value, scans = reading.Scans };

    private static string Json(object value) => JsonSerializer.Serialize(value);
}
