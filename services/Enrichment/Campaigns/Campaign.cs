using System.Collections.Immutable;
using QrPlatform.Enrichment.Managing;
using QrPlatform.Events;

namespace QrPlatform.Enrichment.Campaigns;

/// <summary>A campaign: its description, if it has one, and its costs.</summary>
internal sealed record Campaign : IManaged<Campaign>
{
    public static char Kind => StreamKeys.Campaign;

    public static string Name => "campaign";

    public static string Noun => "campaign";

    /// <summary>The stream's key.</summary>
    public string Id { get; init; } = "";

    public required string CampaignId { get; init; }

    public CampaignDetails? Details { get; init; }

    /// <summary>Every cost that was ever recorded, by id.</summary>
    public ImmutableDictionary<string, CampaignCost> Costs { get; init; } = ImmutableDictionary<string, CampaignCost>.Empty;

    public static Campaign? Apply(Campaign? current, object stored) => stored switch
    {
        CampaignDescription described => Of(current, described.CampaignId) with { Details = CampaignDetails.Of(described) },
        CampaignCostRecorded recorded => Of(current, recorded.CampaignId) is var campaign
            ? campaign with { Costs = campaign.Costs.SetItem(recorded.CostId, CampaignCost.Of(recorded)) } : null,
        CampaignCostRemoved removed when current is not null => current with
        {
            Costs = current.Costs.SetItem(removed.CostId, current.Costs[removed.CostId] with { IsRemoved = true }),
        },
        _ => current,
    };

    public object Body() => new
    {
        id = CampaignId,
        name = Details?.Name,
        goal = Details?.Goal,
        channel = Details?.Channel,
        contentCategory = Details?.ContentCategory,
        businessUnit = Details?.BusinessUnit,
        budget = Details?.Budget?.Amount,
        currency = Details?.Budget?.Currency,
        target = Details?.Target is { } target ? new { metric = target.Metric, value = target.Value } : null,
    };

    private static Campaign Of(Campaign? current, string campaignId) =>
        current ?? new Campaign { Id = StreamKeys.Of(Kind, campaignId), CampaignId = campaignId };
}

/// <summary>A cost of a campaign.</summary>
internal sealed record CampaignCost(string CostId, DateOnly From, DateOnly To, Money Amount, Money ReportingAmount, bool IsRemoved)
{
    public static CampaignCost Of(CampaignCostRecorded recorded) =>
        new(recorded.CostId, recorded.From, recorded.To, recorded.Amount, recorded.ReportingAmount, IsRemoved: false);

    public object Body() => new
    {
        id = CostId,
        from = From,
        to = To,
        amount = Amount.Amount,
        currency = Amount.Currency,
        reportingAmount = ReportingAmount.Amount,
        reportingCurrency = ReportingAmount.Currency,
    };
}
