using System.Net.Mail;
using System.Text.Json;
using QrPlatform.Requests;

namespace QrPlatform.Alerting.Rules;

/// <summary>What a caller asks for; webhooks with the secrets in clear where they are stated.</summary>
internal sealed record AskedRule(Rule Rule, IReadOnlyList<(string Url, string? Secret)> Webhooks);

/// <summary>Checks a rule's JSON. A pure function: either a rule, or everything that is wrong. Metric and filters are checked by reporting.</summary>
internal static class RuleReader
{
    private const decimal Largest = 1_000_000_000_000_000m;

    public static AskedRule? Read(JsonElement body, IReadOnlyList<string>? campaigns, List<FieldError> errors)
    {
        var rule = new JsonObjectReader(body, "$", errors);
        rule.Allow("name", "metric", "filters", "interval", "condition", "noData", "severity", "notify", "enabled", "evaluateFrom");
        var name = rule.Line("name", 200, required: true);
        var metric = rule.Text("metric", required: true);
        rule.List("filters", 0, 20);
        var interval = OneOf(rule, "interval", ["15m", "hour", "day"], usual: null);
        var condition = ReadCondition(rule.Object("condition", required: true));
        var noData = OneOf(rule, "noData", ["ignore", "breach", "recovery"], "ignore");
        var severity = OneOf(rule, "severity", ["info", "warning", "critical"], "warning");
        var enabled = Flag(body, rule, "enabled", usual: true);
        var from = rule.Instant("evaluateFrom");
        var (emails, webhooks) = ReadTargets(rule.Object("notify", required: false));
        if (errors.Count > 0) return null;

        return new AskedRule(
            new Rule
            {
                Name = name!,
                Metric = metric!,
                Filters = body.TryGetProperty("filters", out var filters) && filters.ValueKind == JsonValueKind.Array ? filters.Clone() : null,
                Interval = interval!,
                Condition = condition!,
                NoData = noData!,
                Severity = severity!,
                Emails = emails,
                Webhooks = [],
                Enabled = enabled,
                EvaluateFrom = from?.ToUniversalTime(),
                Campaigns = campaigns,
            },
            webhooks);
    }

    private static Condition? ReadCondition(JsonObjectReader? condition)
    {
        if (condition is null) return null;
        condition.Allow("operator", "threshold", "recoveryThreshold", "minimumScans", "breachCount", "breachOf");
        var comparison = OneOf(condition, "operator", ["gt", "gte", "lt", "lte"], usual: null);
        var threshold = condition.Decimal("threshold", -Largest, Largest, 6, required: true);
        var recovery = condition.Decimal("recoveryThreshold", -Largest, Largest, 6) ?? threshold;
        var scans = condition.Number("minimumScans", 0, int.MaxValue) ?? 0;
        var count = condition.Number("breachCount", 1, 100) ?? 1;
        var of = condition.Number("breachOf", 1, 100) ?? count;
        if (of < count) condition.Note("breachOf", "out_of_range", "Must not be less than breachCount.");
        if (comparison is null || threshold is not { } limit) return null;
        if (comparison[0] == 'g' ? recovery > limit : recovery < limit)
            condition.Note("recoveryThreshold", "out_of_range", $"Must be on the other side: not {(comparison[0] == 'g' ? "above" : "below")} the threshold.");
        return new Condition(comparison, limit, recovery!.Value, scans, count, of);
    }

    private static (IReadOnlyList<string> Emails, IReadOnlyList<(string Url, string? Secret)> Webhooks) ReadTargets(JsonObjectReader? notify)
    {
        if (notify is null) return ([], []);
        notify.Allow("emails", "webhooks");
        var emails = new List<string>();
        var given = notify.List("emails", 0, 20);
        for (var i = 0; i < given.Count; i++)
        {
            if (given[i].ValueKind == JsonValueKind.String && IsAddress(given[i].GetString()!)) emails.Add(given[i].GetString()!);
            else notify.Note($"emails[{i}]", "not_an_address", "Must be a plain e-mail address such as ops@example.com.");
        }

        var webhooks = new List<(string, string?)>();
        foreach (var webhook in notify.Objects("webhooks", 10))
        {
            webhook.Allow("url", "secret");
            var (url, secret) = (webhook.Text("url", required: true), webhook.Text("secret"));
            if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "https" or "http" && parsed.UserInfo.Length == 0))
                webhook.Note("url", "not_an_address", "Must be an https address without user information.");
            if (secret is not null && Delivery.WebhookSecret.Bytes(secret) is null)
                webhook.Note("secret", "not_a_secret", "Must be whsec_ and base64 of 24 to 64 bytes; leave it out to have one made.");
            if (url is not null) webhooks.Add((url, secret));
        }

        if (webhooks.Select(webhook => webhook.Item1).Distinct(StringComparer.Ordinal).Count() < webhooks.Count) notify.Note("webhooks", "twice", "An address is there twice.");
        return (emails, webhooks);
    }

    // No display names, no line breaks, nothing that could become another header.
    private static bool IsAddress(string text) =>
        text.Length <= 254 && !text.Any(character => char.IsControl(character) || char.IsWhiteSpace(character) || character is ',' or ';' or '<' or '>')
        && MailAddress.TryCreate(text, out var address) && address.Address == text && address.DisplayName.Length == 0;

    private static string? OneOf(JsonObjectReader reader, string name, string[] allowed, string? usual)
    {
        var text = reader.Text(name, required: usual is null) ?? usual;
        if (text is null || allowed.Contains(text)) return text;
        reader.Note(name, "unknown_value", $"Must be one of: {string.Join(", ", allowed)}.");
        return null;
    }

    private static bool Flag(JsonElement body, JsonObjectReader reader, string name, bool usual)
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return usual;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        reader.Note(name, "wrong_type", "Must be true or false.");
        return usual;
    }
}
