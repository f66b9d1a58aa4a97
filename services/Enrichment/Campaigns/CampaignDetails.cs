using System.Text.RegularExpressions;
using QrPlatform.Enrichment.Managing;
using QrPlatform.Enrichment.Steps;
using QrPlatform.Events;
using QrPlatform.Requests;

namespace QrPlatform.Enrichment.Campaigns;

/// <summary>What a campaign's description says; two that say the same are equal.</summary>
internal sealed partial record CampaignDetails(
    string Name, string? Goal, string? Channel, string? ContentCategory, string? BusinessUnit, Money? Budget, CampaignTarget? Target)
{
    /// <summary>The largest amount of money in one request.</summary>
    public const decimal MostMoney = 1e13m;

    private const int LongestName = 500;

    public static CampaignDetails Of(CampaignDescription described) => new(
        described.Name, described.Goal, described.Channel, described.ContentCategory, described.BusinessUnit, described.Budget, described.Target);

    /// <summary>Reads <c>{"name","goal","channel","contentCategory","businessUnit","budget","currency","target":{"metric","value"}}</c>; null where something is wrong.</summary>
    public static CampaignDetails? Read(JsonObjectReader body, string reportingCurrency)
    {
        body.AllowDescription("name", "goal", "channel", "contentCategory", "businessUnit", "budget", "currency", "target");
        var name = body.Line("name", LongestName, required: true);
        var currency = body.Currency("currency") ?? reportingCurrency;
        var budget = body.Decimal("budget", 0, MostMoney, MinorUnits.Of(currency));
        var details = new CampaignDetails(
            name ?? "",
            body.Line("goal", ManagedId.Longest),
            body.Line("channel", ManagedId.Longest),
            body.Line("contentCategory", ManagedId.Longest),
            body.Line("businessUnit", ManagedId.Longest),
            budget is { } amount ? new Money(amount, currency) : null,
            ReadTarget(body.Object("target", required: false)));
        return name is null ? null : details;
    }

    /// <summary>The event that says so: the first description of a campaign, or another one.</summary>
    public CampaignDescription ToEvent(string campaignId, bool isFirst) => isFirst
        ? new CampaignDefined
        {
            CampaignId = campaignId,
            Name = Name,
            Goal = Goal,
            Channel = Channel,
            ContentCategory = ContentCategory,
            BusinessUnit = BusinessUnit,
            Budget = Budget,
            Target = Target,
        }
        : new CampaignChanged
        {
            CampaignId = campaignId,
            Name = Name,
            Goal = Goal,
            Channel = Channel,
            ContentCategory = ContentCategory,
            BusinessUnit = BusinessUnit,
            Budget = Budget,
            Target = Target,
        };

    private static CampaignTarget? ReadTarget(JsonObjectReader? target)
    {
        if (target is null) return null;
        target.Allow("metric", "value");
        var metric = target.Line("metric", 100, required: true);
        var value = target.Decimal("value", -1e15m, 1e15m, 6, required: true);
        if (metric is not null && !MetricName().IsMatch(metric))
            target.Note("metric", "unknown_metric", "Must be a metric's name as GET /v1/catalogue lists it, such as total_scans.");
        return metric is null || value is null ? null : new CampaignTarget(metric, value.Value);
    }

    [GeneratedRegex(@"^[a-z][a-z0-9_]*\z")]
    private static partial Regex MetricName();
}
