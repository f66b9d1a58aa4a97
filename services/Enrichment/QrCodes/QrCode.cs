using QrPlatform.Enrichment.Managing;
using QrPlatform.Events;

namespace QrPlatform.Enrichment.QrCodes;

/// <summary>A code.</summary>
internal sealed record QrCode : IManaged<QrCode>
{
    public static char Kind => StreamKeys.QrCode;

    public static string Name => "qr_code";

    public static string Noun => "code";

    /// <summary>The stream's key.</summary>
    public string Id { get; init; } = "";

    public required string QrCodeId { get; init; }

    public required QrCodeDetails Details { get; init; }

    public static QrCode? Apply(QrCode? current, object stored) => stored is QrCodeDescription described
        ? new QrCode { Id = StreamKeys.Of(Kind, described.QrCodeId), QrCodeId = described.QrCodeId, Details = new(described.Name, described.CampaignId, described.TargetUrl) }
        : current;

    public object Body() => new { id = QrCodeId, name = Details.Name, campaignId = Details.CampaignId, targetUrl = Details.TargetUrl };
}
