using System.Text.Json;
using QrPlatform.Contracts.Scans;

namespace QrPlatform.Ingestion.Receiving;

/// <content>The nested parts of an event.</content>
internal static partial class EventReader
{
    private const int MaxConversions = 100, MaxConversionLength = 100;

    private static ScanLocation? ReadLocation(ref Utf8JsonReader json, EventErrors errors, ref uint parent)
    {
        if (!JsonValues.BeginsObject(ref json, errors, ref parent, 7, "$.scanLocation")) return null;
        double? latitude = null, longitude = null;
        string? city = null, region = null, country = null, accuracy = null;
        var seen = 0u;
        while (JsonValues.NextProperty(ref json, errors))
        {
            if (json.ValueTextEquals("latitude"u8)) latitude = JsonValues.Degrees(ref json, errors, ref seen, 0, "$.scanLocation.latitude", 90);
            else if (json.ValueTextEquals("longitude"u8)) longitude = JsonValues.Degrees(ref json, errors, ref seen, 1, "$.scanLocation.longitude", 180);
            else if (json.ValueTextEquals("city"u8)) city = JsonValues.Text(ref json, errors, ref seen, 2, "$.scanLocation.city", MaxName);
            else if (json.ValueTextEquals("region"u8)) region = JsonValues.Text(ref json, errors, ref seen, 3, "$.scanLocation.region", MaxName);
            else if (json.ValueTextEquals("country"u8)) country = JsonValues.Text(ref json, errors, ref seen, 4, "$.scanLocation.country", MaxName);
            else if (json.ValueTextEquals("accuracy"u8)) accuracy = JsonValues.Text(ref json, errors, ref seen, 5, "$.scanLocation.accuracy", MaxId);
            else JsonValues.SkipUnknown(ref json, errors);
        }

        return new ScanLocation { Latitude = latitude, Longitude = longitude, City = city, Region = region, Country = country, Accuracy = accuracy };
    }

    private static DeviceInfo? ReadDevice(ref Utf8JsonReader json, EventErrors errors, ref uint parent)
    {
        if (!JsonValues.BeginsObject(ref json, errors, ref parent, 8, "$.deviceInfo")) return null;
        string? type = null, system = null, browser = null, resolution = null, agent = null;
        var seen = 0u;
        while (JsonValues.NextProperty(ref json, errors))
        {
            if (json.ValueTextEquals("deviceType"u8)) type = JsonValues.Text(ref json, errors, ref seen, 0, "$.deviceInfo.deviceType", MaxId);
            else if (json.ValueTextEquals("operatingSystem"u8)) system = JsonValues.Text(ref json, errors, ref seen, 1, "$.deviceInfo.operatingSystem", MaxName);
            else if (json.ValueTextEquals("browserName"u8)) browser = JsonValues.Text(ref json, errors, ref seen, 2, "$.deviceInfo.browserName", MaxName);
            else if (json.ValueTextEquals("screenResolution"u8)) resolution = JsonValues.Text(ref json, errors, ref seen, 3, "$.deviceInfo.screenResolution", MaxId);
            else if (json.ValueTextEquals("userAgent"u8)) agent = JsonValues.Text(ref json, errors, ref seen, 4, "$.deviceInfo.userAgent", MaxUserAgent);
            else JsonValues.SkipUnknown(ref json, errors);
        }

        return new DeviceInfo { DeviceType = type, OperatingSystem = system, BrowserName = browser, ScreenResolution = resolution, UserAgent = agent };
    }

    private static CampaignContext? ReadCampaign(ref Utf8JsonReader json, EventErrors errors, ref uint parent)
    {
        if (!JsonValues.BeginsObject(ref json, errors, ref parent, 9, "$.campaignContext")) return null;
        string? id = null, name = null, variant = null, channel = null, category = null, goal = null;
        var seen = 0u;
        while (JsonValues.NextProperty(ref json, errors))
        {
            if (json.ValueTextEquals("campaignId"u8)) id = JsonValues.Text(ref json, errors, ref seen, 0, "$.campaignContext.campaignId", MaxId);
            else if (json.ValueTextEquals("campaignName"u8)) name = JsonValues.Text(ref json, errors, ref seen, 1, "$.campaignContext.campaignName", MaxName);
            else if (json.ValueTextEquals("variant"u8)) variant = JsonValues.Text(ref json, errors, ref seen, 2, "$.campaignContext.variant", MaxId);
            else if (json.ValueTextEquals("channelType"u8)) channel = JsonValues.Text(ref json, errors, ref seen, 3, "$.campaignContext.channelType", MaxId);
            else if (json.ValueTextEquals("contentCategory"u8)) category = JsonValues.Text(ref json, errors, ref seen, 4, "$.campaignContext.contentCategory", MaxId);
            else if (json.ValueTextEquals("conversionGoal"u8)) goal = JsonValues.Text(ref json, errors, ref seen, 5, "$.campaignContext.conversionGoal", MaxId);
            else JsonValues.SkipUnknown(ref json, errors);
        }

        return new CampaignContext { CampaignId = id, CampaignName = name, Variant = variant, ChannelType = channel, ContentCategory = category, ConversionGoal = goal };
    }

    private static BehaviorMetrics? ReadBehavior(ref Utf8JsonReader json, EventErrors errors, ref uint parent)
    {
        if (!JsonValues.BeginsObject(ref json, errors, ref parent, 10, "$.behaviorMetrics")) return null;
        decimal? score = null, duration = null, pages = null, revenue = null;
        IReadOnlyList<string>? conversions = null;
        string? currency = null;
        var seen = 0u;
        while (JsonValues.NextProperty(ref json, errors))
        {
            if (json.ValueTextEquals("leadScore"u8)) score = JsonValues.Number(ref json, errors, ref seen, 0, "$.behaviorMetrics.leadScore", 0, 100);
            else if (json.ValueTextEquals("engagementDuration"u8)) duration = JsonValues.Number(ref json, errors, ref seen, 1, "$.behaviorMetrics.engagementDuration", 0, 1_000_000_000);
            else if (json.ValueTextEquals("pageViews"u8)) pages = JsonValues.Number(ref json, errors, ref seen, 2, "$.behaviorMetrics.pageViews", 0, 1_000_000_000, whole: true);
            else if (json.ValueTextEquals("conversionEvents"u8)) conversions = ReadConversions(ref json, errors, ref seen);
            else if (json.ValueTextEquals("revenueAttribution"u8)) revenue = JsonValues.Number(ref json, errors, ref seen, 4, "$.behaviorMetrics.revenueAttribution", -1e15m, 1e15m);
            else if (json.ValueTextEquals("currency"u8)) currency = ReadCurrency(ref json, errors, ref seen);
            else JsonValues.SkipUnknown(ref json, errors);
        }

        return new BehaviorMetrics
        {
            LeadScore = score,
            EngagementDuration = duration,
            PageViews = (int?)pages,
            ConversionEvents = conversions,
            RevenueAttribution = revenue,
            Currency = currency,
        };
    }

    private static List<string>? ReadConversions(ref Utf8JsonReader json, EventErrors errors, ref uint seen)
    {
        const string path = "$.behaviorMetrics.conversionEvents";
        if (!JsonValues.Enter(ref json, errors, ref seen, 3, path) || json.TokenType == JsonTokenType.Null) return null;
        if (json.TokenType != JsonTokenType.StartArray)
        {
            JsonValues.WrongType(ref json, errors, path, "an array of strings");
            return null;
        }

        var types = new List<string>(2);
        var count = 0;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (++count > MaxConversions) JsonValues.SkipValue(ref json, errors);
            else if (json.TokenType == JsonTokenType.Null) JsonValues.WrongType(ref json, errors, path, "an array of strings");
            else if (JsonValues.Current(ref json, errors, path, MaxConversionLength) is { } type)
            {
                if (string.IsNullOrWhiteSpace(type)) errors.Add(path, EventErrorCodes.Required, "An entry is blank.");
                else types.Add(type);
            }
        }

        if (count > MaxConversions) errors.Add(path, EventErrorCodes.TooMany, $"There are more than {MaxConversions} entries.");
        return types;
    }

    private static string? ReadCurrency(ref Utf8JsonReader json, EventErrors errors, ref uint seen)
    {
        const string path = "$.behaviorMetrics.currency";
        if (JsonValues.Text(ref json, errors, ref seen, 5, path, 50) is not { } code) return null;
        if (code.Length == 3 && code.All(char.IsAsciiLetterUpper)) return code;
        errors.Add(path, EventErrorCodes.InvalidCurrency, "The value must be an ISO 4217 code of three capital letters.");
        return null;
    }

    private static ConsentStatement? ReadConsent(ref Utf8JsonReader json, EventErrors errors, ref uint parent)
    {
        if (!JsonValues.BeginsObject(ref json, errors, ref parent, 11, "$.consent")) return null;
        bool? analytics = null;
        DateTimeOffset? recordedAt = null;
        var seen = 0u;
        while (JsonValues.NextProperty(ref json, errors))
        {
            if (json.ValueTextEquals("analytics"u8)) analytics = JsonValues.Boolean(ref json, errors, ref seen, 0, "$.consent.analytics");
            else if (json.ValueTextEquals("recordedAt"u8)) recordedAt = EventInstant.Read(ref json, errors, ref seen, 1, "$.consent.recordedAt");
            else JsonValues.SkipUnknown(ref json, errors);
        }

        // A statement that says nothing must not count as consent by default.
        if (analytics is null) Missing(errors, "$.consent.analytics");
        return new ConsentStatement { Analytics = analytics ?? false, RecordedAt = recordedAt };
    }
}
