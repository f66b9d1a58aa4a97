using System.Text.Json;

namespace QrPlatform.Alerting.Rules;

/// <summary>A rule as the API shows it. A webhook's secret is shown only in the answer to the request that made it.</summary>
public sealed record RuleResponse(
    string Id, long Version, string Name, string Metric, JsonElement? Filters, string Interval, RuleCondition Condition, string NoData, string Severity,
    RuleTargets Notify, bool Enabled, DateTimeOffset? EvaluateFrom, DateTimeOffset EvaluatedUntil, IReadOnlyList<string>? Campaigns)
{
    internal static RuleResponse Of(StoredRule stored, IReadOnlyDictionary<string, string>? madeSecrets = null)
    {
        var (rule, condition) = (stored.Rule, stored.Rule.Condition);
        return new RuleResponse(
            stored.RuleId, stored.Version, rule.Name, rule.Metric, rule.Filters, rule.Interval,
            new RuleCondition(condition.Operator, condition.Threshold, condition.RecoveryThreshold, condition.MinimumScans, condition.BreachCount, condition.BreachOf),
            rule.NoData, rule.Severity,
            new RuleTargets(rule.Emails, [.. rule.Webhooks.Select(webhook => new RuleWebhook(webhook.Url, madeSecrets?.GetValueOrDefault(webhook.Url)))]),
            rule.Enabled, rule.EvaluateFrom, stored.EvaluatedUntil, rule.Campaigns);
    }
}

/// <summary>When an interval is a breach.</summary>
public sealed record RuleCondition(string Operator, decimal Threshold, decimal RecoveryThreshold, long MinimumScans, int BreachCount, int BreachOf);

/// <summary>Who is told.</summary>
public sealed record RuleTargets(IReadOnlyList<string> Emails, IReadOnlyList<RuleWebhook> Webhooks);

/// <summary>An endpoint.</summary>
public sealed record RuleWebhook(string Url, string? Secret);
