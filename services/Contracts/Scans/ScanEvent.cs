using System.Text.Json.Serialization;

namespace QrPlatform.Contracts.Scans;

/// <summary>
/// An event as the public API takes it (<c>POST /v1/events</c>), already validated. Names on the wire are camelCase.
/// </summary>
/// <remarks>Data class: personal (visitor, session, IP address, user agent, location). Never logged, never sent unsealed.</remarks>
public sealed record ScanEvent
{
    /// <summary>The source's id, 1 to 50 characters, unique per tenant.</summary>
    public required string EventId { get; init; }

    /// <summary>When it happened, by the source's clock.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>What happened.</summary>
    public required ScanEventType EventType { get; init; }

    /// <summary>The code that was scanned.</summary>
    public required string QrCodeId { get; init; }

    /// <summary>The source's id of the visitor. Personal.</summary>
    public string? VisitorId { get; init; }

    /// <summary>The source's id of the session. Personal.</summary>
    public string? SessionId { get; init; }

    /// <summary>IPv4 or IPv6 address. Personal.</summary>
    public string? IpAddress { get; init; }

    /// <summary>Where it was scanned.</summary>
    public ScanLocation? ScanLocation { get; init; }

    /// <summary>With what it was scanned.</summary>
    public DeviceInfo? DeviceInfo { get; init; }

    /// <summary>For which campaign.</summary>
    public CampaignContext? CampaignContext { get; init; }

    /// <summary>What the visitor did.</summary>
    public BehaviorMetrics? BehaviorMetrics { get; init; }

    /// <summary>What the visitor said about analytics; absent: the tenant's default.</summary>
    public ConsentStatement? Consent { get; init; }

    /// <summary>Kept, shown where tests are asked for, counted in nothing.</summary>
    public bool IsTest { get; init; }
}

/// <summary>The kinds of event, with the names that the wire uses.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScanEventType>))]
public enum ScanEventType
{
    /// <summary>A first scan of a code.</summary>
    [JsonStringEnumMemberName("SCAN")] Scan,

    /// <summary>A further scan.</summary>
    [JsonStringEnumMemberName("RESCAN")] Rescan,

    /// <summary>The landing page was seen.</summary>
    [JsonStringEnumMemberName("LANDING_VIEW")] LandingView,

    /// <summary>The visitor stayed, read, clicked.</summary>
    [JsonStringEnumMemberName("ENGAGEMENT")] Engagement,

    /// <summary>The visitor did what the campaign is for.</summary>
    [JsonStringEnumMemberName("CONVERSION")] Conversion,

    /// <summary>The visitor became a lead.</summary>
    [JsonStringEnumMemberName("LEAD")] Lead,

    /// <summary>The visitor became a customer.</summary>
    [JsonStringEnumMemberName("CUSTOMER")] Customer,

    /// <summary>Money came in.</summary>
    [JsonStringEnumMemberName("REVENUE")] Revenue,

    /// <summary>Money went back.</summary>
    [JsonStringEnumMemberName("REFUND")] Refund,
}

/// <summary>Where a code was scanned, as the source states it.</summary>
public sealed record ScanLocation
{
    /// <summary>Degrees north, [-90, 90]. Personal at full precision.</summary>
    public double? Latitude { get; init; }

    /// <summary>Degrees east, [-180, 180]. Personal at full precision.</summary>
    public double? Longitude { get; init; }

    /// <summary>City name.</summary>
    public string? City { get; init; }

    /// <summary>Region or state.</summary>
    public string? Region { get; init; }

    /// <summary>Country, ISO 3166-1 alpha-2 where the source keeps to it.</summary>
    public string? Country { get; init; }

    /// <summary>The source's own word for how exact the position is.</summary>
    public string? Accuracy { get; init; }
}

/// <summary>The device, as the source states it.</summary>
public sealed record DeviceInfo
{
    /// <summary>MOBILE, TABLET, DESKTOP, …</summary>
    public string? DeviceType { get; init; }

    /// <summary>Name and version.</summary>
    public string? OperatingSystem { get; init; }

    /// <summary>Browser name.</summary>
    public string? BrowserName { get; init; }

    /// <summary>Width x height in pixels.</summary>
    public string? ScreenResolution { get; init; }

    /// <summary>The raw user agent. Personal.</summary>
    public string? UserAgent { get; init; }
}

/// <summary>The campaign, as the source states it.</summary>
public sealed record CampaignContext
{
    /// <summary>The source's campaign id.</summary>
    public string? CampaignId { get; init; }

    /// <summary>Its name at that time.</summary>
    public string? CampaignName { get; init; }

    /// <summary>A/B arm.</summary>
    public string? Variant { get; init; }

    /// <summary>OFFLINE_PRINT, …</summary>
    public string? ChannelType { get; init; }

    /// <summary>PRODUCT_DEMO, …</summary>
    public string? ContentCategory { get; init; }

    /// <summary>LEAD_GENERATION, …</summary>
    public string? ConversionGoal { get; init; }
}

/// <summary>What the visitor did, as the source states it.</summary>
public sealed record BehaviorMetrics
{
    /// <summary>The source's own lead score, 0 to 100.</summary>
    public decimal? LeadScore { get; init; }

    /// <summary>Seconds.</summary>
    public decimal? EngagementDuration { get; init; }

    /// <summary>Pages seen.</summary>
    public int? PageViews { get; init; }

    /// <summary>Types of conversion; every entry counts as one.</summary>
    public IReadOnlyList<string>? ConversionEvents { get; init; }

    /// <summary>Amount of money in <see cref="Currency"/>.</summary>
    public decimal? RevenueAttribution { get; init; }

    /// <summary>ISO 4217; absent: the tenant's reporting currency.</summary>
    public string? Currency { get; init; }
}

/// <summary>A statement of the visitor about analytics.</summary>
public sealed record ConsentStatement
{
    /// <summary>Whether analytics is allowed.</summary>
    public required bool Analytics { get; init; }

    /// <summary>When it was said; absent: at the event's time.</summary>
    public DateTimeOffset? RecordedAt { get; init; }
}
