using System.Net.Http.Headers;
using System.Text;

namespace QrPlatform.Ingestion.Tests;

/// <summary>Bodies that tests send.</summary>
internal static class Samples
{
    /// <summary>The seed's example, all fields.</summary>
    public const string Seed = """
        {"eventId":"evt_2025112501_abc123","timestamp":"2025-11-25T14:30:15.123Z","eventType":"SCAN","qrCodeId":"qr_campaign_001_location_sf",
        "visitorId":"vis_anon_xyz789","sessionId":"ses_mobile_user_456",
        "scanLocation":{"latitude":37.7749,"longitude":-122.4194,"city":"San Francisco","region":"CA","country":"US","accuracy":"high"},
        "deviceInfo":{"deviceType":"MOBILE","operatingSystem":"iOS 17.1","browserName":"Safari","screenResolution":"1179x2556","userAgent":"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1..."},
        "campaignContext":{"campaignId":"camp_holiday_2025","campaignName":"Holiday Product Launch","channelType":"OFFLINE_PRINT","contentCategory":"PRODUCT_DEMO","conversionGoal":"LEAD_GENERATION"},
        "behaviorMetrics":{"leadScore":73,"engagementDuration":245,"pageViews":4,"conversionEvents":["EMAIL_SIGNUP","DEMO_REQUEST"],"revenueAttribution":1250.00}}
        """;

    /// <summary>The least that an event needs, and whatever else is given.</summary>
    public static string Event(string? id = null, string more = "") =>
        $$"""{"eventId":"{{id ?? Guid.NewGuid().ToString("N")}}","timestamp":"2025-11-25T14:30:15Z","eventType":"SCAN","qrCodeId":"qr_1"{{more}}}""";

    public static ByteArrayContent Json(string body) => Body(Encoding.UTF8.GetBytes(body), "application/json");

    public static ByteArrayContent Lines(params string[] lines) => Body(Encoding.UTF8.GetBytes(string.Join('\n', lines)), "application/x-ndjson");

    public static ByteArrayContent Body(byte[] bytes, string? type, string? encoding = null)
    {
        var content = new ByteArrayContent(bytes);
        if (type is not null) content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (encoding is not null) content.Headers.ContentEncoding.Add(encoding);
        return content;
    }
}
