using System.Text.Json;
using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.Pipeline;
using QrPlatform.Enrichment.Tenants;

namespace QrPlatform.Enrichment.Tests.Pipeline;

/// <summary>Events and drafts to vary.</summary>
internal static class Examples
{
    public const string Browser = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";

    public const string Bot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

    public static readonly DateTimeOffset Noon = new(2025, 11, 4, 12, 34, 56, TimeSpan.Zero);

    public static readonly TenantSettings Demo = new("demo", "USD", ConsentDefault: true, "America/Los_Angeles");

    public static ScanEvent Scan(string? eventId = null) => new()
    {
        EventId = eventId ?? $"evt_{Guid.NewGuid():N}",
        Timestamp = Noon,
        EventType = ScanEventType.Scan,
        QrCodeId = "qr_1",
    };

    /// <summary>With everything that the API knows.</summary>
    public static ScanEvent Full(string? eventId = null, string? visitor = null, string? session = null) => Scan(eventId) with
    {
        VisitorId = visitor ?? $"visitor-{Guid.NewGuid():N}",
        SessionId = session ?? $"session-{Guid.NewGuid():N}",
        IpAddress = "203.0.113.77",
        ScanLocation = new ScanLocation { Latitude = 37.774912345, Longitude = -122.419412345, City = "San Francisco", Region = "California", Country = "US", Accuracy = "GPS" },
        DeviceInfo = new DeviceInfo { DeviceType = "MOBILE", OperatingSystem = "iOS 17.5", BrowserName = "Safari", ScreenResolution = "1179x2556", UserAgent = Browser },
        CampaignContext = new CampaignContext
        {
            CampaignId = "camp_1",
            CampaignName = "Holiday",
            Variant = "A",
            ChannelType = "OFFLINE_PRINT",
            ContentCategory = "PRODUCT_DEMO",
            ConversionGoal = "LEAD_GENERATION",
        },
        BehaviorMetrics = new BehaviorMetrics
        {
            LeadScore = 78.5m,
            EngagementDuration = 145,
            PageViews = 3,
            ConversionEvents = ["EMAIL_SIGNUP", "BROCHURE_DOWNLOAD"],
            RevenueAttribution = 12.345m,
        },
    };

    public static ScanEvent Money(decimal amount, string? currency = null, ScanEventType type = ScanEventType.Revenue) => Scan() with
    {
        EventType = type,
        BehaviorMetrics = new BehaviorMetrics { RevenueAttribution = amount, Currency = currency },
    };

    public static ScanDraft Draft(ScanEvent source, TenantSettings? tenant = null) => new()
    {
        Source = source,
        Tenant = tenant ?? Demo,
        BatchId = Guid.NewGuid(),
        ReceivedAt = Noon.AddMinutes(1),
        CanonicalJson = JsonSerializer.SerializeToUtf8Bytes(source, ScanEventJson.Default.ScanEvent),
    };
}
