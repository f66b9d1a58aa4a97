using QrPlatform.Contracts.Scans;

namespace QrPlatform.Seed.Generation;

/// <summary>Phones and what else scans codes.</summary>
internal static class DemoDevice
{
    private static readonly double[] Weights = [48, 38, 6, 5, 3];

    private static readonly DeviceInfo[] Devices =
    [
        new()
        {
            DeviceType = "MOBILE", OperatingSystem = "iOS 18.5", BrowserName = "Safari", ScreenResolution = "1179x2556",
            UserAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
        },
        new()
        {
            DeviceType = "MOBILE", OperatingSystem = "Android 15", BrowserName = "Chrome", ScreenResolution = "1080x2400",
            UserAgent = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36",
        },
        new()
        {
            DeviceType = "MOBILE", OperatingSystem = "Android 14", BrowserName = "Samsung Internet", ScreenResolution = "1440x3120",
            UserAgent = "Mozilla/5.0 (Linux; Android 14; SM-S928B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
        },
        new()
        {
            DeviceType = "TABLET", OperatingSystem = "iPadOS 18.5", BrowserName = "Safari", ScreenResolution = "1640x2360",
            UserAgent = "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
        },
        new()
        {
            DeviceType = "DESKTOP", OperatingSystem = "Windows 11", BrowserName = "Edge", ScreenResolution = "1920x1080",
            UserAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0",
        },
    ];

    // What follows links that people send each other, or crawls.
    private static readonly string[] BotAgents =
    [
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Twitterbot/1.0", "WhatsApp/2.24.1 A",
    ];

    public static DeviceInfo OfVisitor(ref SeedRandom random) => Devices[random.Weighted(Weights)];

    public static DeviceInfo OfBot(ref SeedRandom random) => new() { UserAgent = random.Choose(BotAgents) };
}
