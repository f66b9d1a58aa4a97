namespace QrPlatform.Events;

/// <summary>A code as people manage it: all that is known of it from this event on.</summary>
public abstract record QrCodeDescription
{
    /// <summary>The id under which scans name the code.</summary>
    public required string QrCodeId { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The campaign that it belongs to.</summary>
    public string? CampaignId { get; init; }

    /// <summary>Where it leads: an absolute http or https address.</summary>
    public string? TargetUrl { get; init; }
}

/// <summary>A code was described for the first time.</summary>
public sealed record QrCodeDefined : QrCodeDescription;

/// <summary>A code is described otherwise than before.</summary>
public sealed record QrCodeChanged : QrCodeDescription;
