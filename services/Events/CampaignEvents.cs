namespace QrPlatform.Events;

/// <summary>A campaign as people manage it: all that is known of it from this event on. Nothing here is personal.</summary>
public abstract record CampaignDescription
{
    /// <summary>The id under which events name the campaign.</summary>
    public required string CampaignId { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public string? Goal { get; init; }

    /// <summary>The channel that it runs in.</summary>
    public string? Channel { get; init; }

    /// <summary>The category of what it shows.</summary>
    public string? ContentCategory { get; init; }

    /// <summary>The business unit that runs it.</summary>
    public string? BusinessUnit { get; init; }

    /// <summary>What it may cost, as stated.</summary>
    public Money? Budget { get; init; }

    /// <summary>What it is to reach.</summary>
    public CampaignTarget? Target { get; init; }
}

/// <summary>A metric of the catalogue and the value that it is to reach.</summary>
public sealed record CampaignTarget(string Metric, decimal Value);

/// <summary>A campaign was described for the first time.</summary>
public sealed record CampaignDefined : CampaignDescription;

/// <summary>A campaign is described otherwise than before.</summary>
public sealed record CampaignChanged : CampaignDescription;

/// <summary>A campaign cost something. A credit is a cost with a negative amount.</summary>
public sealed record CampaignCostRecorded
{
    /// <summary>The campaign, which need not be described.</summary>
    public required string CampaignId { get; init; }

    /// <summary>The cost's id, unique in the campaign for all time.</summary>
    public required string CostId { get; init; }

    /// <summary>The first of the tenant's days that the cost is spread over.</summary>
    public required DateOnly From { get; init; }

    /// <summary>The last one, inclusive.</summary>
    public required DateOnly To { get; init; }

    /// <summary>The whole cost as stated.</summary>
    public required Money Amount { get; init; }

    /// <summary>The whole cost in the tenant's reporting currency, fixed when it was recorded.</summary>
    public required Money ReportingAmount { get; init; }

    /// <summary>Decimal places of the reporting currency's minor unit, in which the cost is spread.</summary>
    public required int MinorUnitDigits { get; init; }
}

/// <summary>A cost was recorded by mistake and counts no more.</summary>
public sealed record CampaignCostRemoved
{
    /// <summary>The campaign.</summary>
    public required string CampaignId { get; init; }

    /// <summary>The cost's id, which is not free again.</summary>
    public required string CostId { get; init; }
}
