using QrPlatform.Enrichment.Managing;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Enrichment.QrCodes;

/// <summary><c>PUT /v1/qr-codes/{id}</c> describes a code; <c>GET /v1/qr-codes?campaignId=</c> and <c>GET /v1/qr-codes/{id}</c> read.</summary>
internal static class ManageQrCodes
{
    private const string Path = "/v1/qr-codes";

    public static void Map(IEndpointRouteBuilder routes)
    {
        ManagedEndpoints.MapReading<QrCode>(routes, Path, "campaignId");
        routes.MapPut(Path + "/{id}", PutAsync).RequireAuthorization(Policies.Analytics);
    }

    /// <summary>The event that follows from a description, if it says anything new; a code of a campaign that is not granted is nobody's to take.</summary>
    internal static Decision Decide(Caller caller, string qrCodeId, QrCode? current, QrCodeDetails details)
    {
        if (current is not null && !caller.MaySee(current.Details.CampaignId)) return Decision.Refuse(Caller.NotGranted());
        return details == current?.Details ? Decision.Nothing : Decision.Append(details.ToEvent(qrCodeId, isFirst: current is null));
    }

    private static Task<IResult> PutAsync(string id, HttpContext context, CancellationToken cancellationToken) =>
        ManagedEndpoints.PutAsync<QrCode, QrCodeDetails>(
            context,
            id,
            QrCodeDetails.Read,
            (caller, details, _) => Task.FromResult<IResult?>(caller.MaySee(details.CampaignId) ? null : Caller.NotGranted()),
            (current, details) => Decide(Caller.Of(context.User), id, current, details),
            cancellationToken);
}
