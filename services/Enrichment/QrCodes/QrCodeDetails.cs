using QrPlatform.Enrichment.Managing;
using QrPlatform.Events;
using QrPlatform.Requests;

namespace QrPlatform.Enrichment.QrCodes;

/// <summary>What a code's description says; two that say the same are equal.</summary>
internal sealed record QrCodeDetails(string Name, string? CampaignId, string? TargetUrl)
{
    private const int LongestName = 500, LongestUrl = 2_048;

    /// <summary>Reads <c>{"name","campaignId","targetUrl"}</c>; null where something is wrong.</summary>
    public static QrCodeDetails? Read(JsonObjectReader body)
    {
        body.AllowDescription("name", "campaignId", "targetUrl");
        var name = body.Line("name", LongestName, required: true);
        var campaignId = body.Line("campaignId", ManagedId.Longest);
        if (campaignId is not null && !ManagedId.IsValid(campaignId)) body.Note("campaignId", "invalid_id", ManagedId.Rule);
        var url = body.Line("targetUrl", LongestUrl);
        if (url is not null && !IsWebAddress(url)) body.Note("targetUrl", "invalid_url", "Must be an absolute http or https address without user name.");
        return name is null ? null : new QrCodeDetails(name, campaignId, url);
    }

    /// <summary>The event that says so: the first description of a code, or another one.</summary>
    public QrCodeDescription ToEvent(string qrCodeId, bool isFirst) => isFirst
        ? new QrCodeDefined { QrCodeId = qrCodeId, Name = Name, CampaignId = CampaignId, TargetUrl = TargetUrl }
        : new QrCodeChanged { QrCodeId = qrCodeId, Name = Name, CampaignId = CampaignId, TargetUrl = TargetUrl };

    private static bool IsWebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && url.UserInfo.Length == 0 && !text.AsSpan().ContainsAny(" \t\r\n\\");
}
