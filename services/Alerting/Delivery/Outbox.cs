using System.Text.Json;
using Marten;
using QrPlatform.Alerting.Rules;

namespace QrPlatform.Alerting.Delivery;

/// <summary>Puts messages beside the event that they tell of, in its transaction.</summary>
internal static class Outbox
{
    private const string AddSql =
        """
        insert into alerting.delivery (delivery_id, tenant_id, incident_id, reason, kind, target, sealed_secret, content)
        select v.delivery_id, v.tenant_id, v.incident_id, v.reason, v.kind, v.target, decode(v.sealed_secret, 'base64'), v.content
        from jsonb_to_record(?::jsonb) as v (delivery_id uuid, tenant_id text, incident_id uuid, reason text, kind text, target text, sealed_secret text, content jsonb)
        """;

    public static void Add(IDocumentSession session, StoredRule rule, Guid incident, string about, Message message)
    {
        foreach (var email in rule.Rule.Emails) Add(session, rule, incident, about, message, "email", email, null);
        foreach (var webhook in rule.Rule.Webhooks) Add(session, rule, incident, about, message, "webhook", webhook.Url, Convert.ToBase64String(webhook.SealedSecret));
    }

    private static void Add(IDocumentSession session, StoredRule rule, Guid incident, string about, Message message, string kind, string target, string? secret) =>
        session.QueueSqlCommand(AddSql, JsonSerializer.Serialize(new
        {
            delivery_id = Guid.CreateVersion7(),
            tenant_id = rule.TenantId,
            incident_id = incident,
            reason = about,
            kind,
            target,
            sealed_secret = secret,
            content = message,
        }));
}
