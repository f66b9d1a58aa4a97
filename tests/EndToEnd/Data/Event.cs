using System.Text.Json;
using System.Text.Json.Serialization;

namespace QrPlatform.EndToEnd.Data;

/// <summary>An event as a client writes it, with the seed's names; independent of the platform's own types on purpose.</summary>
internal sealed record Event
{
    public required string EventId { get; init; }
    public required DateTimeOffset Timestamp { get; init; }
    public required string EventType { get; init; }
    public required string QrCodeId { get; init; }
    public string? VisitorId { get; init; }
    public string? SessionId { get; init; }
    public string? IpAddress { get; init; }
    public Location? ScanLocation { get; init; }
    public Device? DeviceInfo { get; init; }
    public Campaign? CampaignContext { get; init; }
    public Behavior? BehaviorMetrics { get; init; }
    public Consent? Consent { get; init; }
    public bool? IsTest { get; init; }

    [JsonIgnore]
    public bool IsScanKind => EventType is "SCAN" or "RESCAN";

    [JsonIgnore]
    public bool IsBot => DeviceInfo?.UserAgent is { } agent && agent.Contains("Googlebot", StringComparison.Ordinal);

    /// <summary>What the catalogue calls a scan.</summary>
    [JsonIgnore]
    public bool IsScan => IsScanKind && !IsBot && IsTest != true;

    [JsonIgnore]
    public int Conversions => BehaviorMetrics?.ConversionEvents is { Count: > 0 } listed
        ? listed.Count
        : EventType is "CONVERSION" or "LEAD" or "CUSTOMER" ? 1 : 0;

    [JsonIgnore]
    public decimal? Revenue => BehaviorMetrics?.RevenueAttribution is { } amount ? EventType == "REFUND" ? -Math.Abs(amount) : amount : null;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

internal sealed record Location(double? Latitude, double? Longitude, string? City, string? Region, string? Country);

internal sealed record Device(string? DeviceType, string? OperatingSystem, string? BrowserName, string? UserAgent);

internal sealed record Campaign(string? CampaignId, string? CampaignName, string? Variant, string? ChannelType);

internal sealed record Behavior
{
    public decimal? LeadScore { get; init; }
    public decimal? EngagementDuration { get; init; }
    public int? PageViews { get; init; }
    public IReadOnlyList<string>? ConversionEvents { get; init; }
    public decimal? RevenueAttribution { get; init; }
    public string? Currency { get; init; }
}

internal sealed record Consent(bool Analytics, DateTimeOffset? RecordedAt);
