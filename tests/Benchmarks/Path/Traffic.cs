using System.Globalization;
using System.Text.Unicode;

namespace QrPlatform.Benchmarks.Path;

/// <summary>
/// Events as clients send them, about 940 bytes each, all different: sessions of four events (scan, landing, engagement, conversion), a new
/// visitor every six events, 300 codes, 40 campaigns, 60 places; dated now. The same numbers give the same events but for ids and time.
/// </summary>
internal sealed class Traffic(string run)
{
    private static readonly string[] Types = ["SCAN", "LANDING_VIEW", "ENGAGEMENT", "CONVERSION"];
    private static readonly string[] Systems = ["iOS 17.1", "iOS 18.2", "Android 14", "Android 15", "Windows 11"];
    private static readonly string[] Browsers = ["Safari", "Chrome", "Firefox", "Samsung Internet"];

    private const int MostBytes = 1_300;

    private long _made;

    /// <summary>A JSON array of the next events.</summary>
    public ReadOnlyMemory<byte> Next(int events)
    {
        var first = Interlocked.Add(ref _made, events) - events;
        var at = TimeProvider.System.GetUtcNow().AddSeconds(-2).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var json = new byte[(events * MostBytes) + 1];
        var length = 0;
        for (var number = first; number < first + events; number++)
        {
            json[length++] = (byte)(number == first ? '[' : ',');
            length += Write(json.AsSpan(length, MostBytes - 1), number, at);
        }

        json[length++] = (byte)']';
        return json.AsMemory(0, length);
    }

    // Straight into bytes: the load shares the cores with what it measures.
    private int Write(Span<byte> json, long number, string at)
    {
        var (session, step) = (number / 4, (int)(number % 4));
        var mixed = (uint)((ulong)session * 2654435761UL % 4294967291UL);
        var (place, code) = (mixed % 60, mixed / 60 % 300);
        var mobile = mixed % 5 != 4;
        var written = Put(json, Utf8.TryWrite(json, CultureInfo.InvariantCulture,
            $$"""
            {"eventId":"evt_{{run}}_{{number:D12}}","timestamp":"{{at}}","eventType":"{{Types[step]}}","qrCodeId":"qr_campaign_{{code:D3}}_location","visitorId":"vis_anon_{{run}}_{{session * 2 / 3:D12}}","sessionId":"ses_{{run}}_{{session:D12}}","scanLocation":{"latitude":{{25 + place * 0.3917:0.0000}},"longitude":{{-120 + place * 0.7131:0.0000}},"city":"City number {{place}}","region":"R{{place % 20}}","country":"{{(place % 7 == 0 ? "CA" : "US")}}","accuracy":"high"},"deviceInfo":{"deviceType":"{{(mobile ? "MOBILE" : "DESKTOP")}}","operatingSystem":"{{Systems[mixed % 5]}}","browserName":"{{Browsers[mixed / 7 % 4]}}","screenResolution":"1179x2556","userAgent":"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1"},"campaignContext":{"campaignId":"camp_{{code % 40}}","campaignName":"Campaign number {{code % 40}}","variant":"{{(session % 2 == 0 ? 'A' : 'B')}}","channelType":"OFFLINE_PRINT","contentCategory":"PRODUCT_DEMO","conversionGoal":"LEAD_GENERATION"},"behaviorMetrics":
            """, out var length), length);
        var rest = json[written..];
        written += step switch
        {
            0 => Put(rest, Utf8.TryWrite(rest, CultureInfo.InvariantCulture, $$"""{"leadScore":{{mixed % 101}},"pageViews":1}""", out length), length),
            1 => Put(rest, Utf8.TryWrite(rest, $$"""{"pageViews":2}""", out length), length),
            2 => Put(rest, Utf8.TryWrite(rest, CultureInfo.InvariantCulture, $$"""{"engagementDuration":{{mixed % 600}},"pageViews":4}""", out length), length),
            _ => Put(rest, Utf8.TryWrite(rest, CultureInfo.InvariantCulture, $$"""{"conversionEvents":["EMAIL_SIGNUP"],"revenueAttribution":{{mixed % 5000 / 100m}} }""", out length), length),
        };
        json[written] = (byte)'}';
        return written + 1;
    }

    private static int Put(Span<byte> json, bool fits, int length) =>
        fits ? length : throw new InvalidOperationException($"An event is longer than the {json.Length} bytes that are left for it.");
}
