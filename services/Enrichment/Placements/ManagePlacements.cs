using QrPlatform.Enrichment.Managing;
using QrPlatform.Enrichment.QrCodes;
using QrPlatform.ServiceDefaults.Database;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Enrichment.Placements;

/// <summary>
/// <c>PUT /v1/placements/{id}</c> describes or moves a placement; <c>GET /v1/placements?qrCodeId=</c> and <c>GET /v1/placements/{id}</c> read. A
/// placement belongs to its code's campaign.
/// </summary>
internal static class ManagePlacements
{
    private const string Path = "/v1/placements";

    public static void Map(IEndpointRouteBuilder routes)
    {
        ManagedEndpoints.MapReading<Placement>(routes, Path, "qrCodeId");
        routes.MapPut(Path + "/{id}", PutAsync).RequireAuthorization(Policies.Analytics);
        ReportState.Map(routes, Path);
    }

    /// <summary>The event that follows from a description, if it says anything new.</summary>
    internal static Decision Decide(string placementId, Placement? current, PlacementDetails details) =>
        details == current?.Details ? Decision.Nothing : Decision.Append(details.ToEvent(placementId, current?.Details));

    /// <summary>Why a caller may not change a placement, or null: where it is and where it goes must be granted.</summary>
    internal static async Task<IResult?> WhyNotAsync(Caller caller, string id, string? newCode, ManagedItems items, CancellationToken cancellationToken)
    {
        if (caller.Campaigns is null) return null;
        if (await items.FindAsync<Placement>(caller.TenantId, id, cancellationToken) is { } present && !caller.MaySee(present.CampaignId)) return Caller.NotGranted();
        if (newCode is null) return null;
        var code = await items.FindAsync<QrCode>(caller.TenantId, newCode, cancellationToken);
        return caller.MaySee(code?.CampaignId) ? null : Caller.NotGranted();
    }

    private static async Task<IResult> PutAsync(string id, HttpContext context, ManagedItems items, TimeZoneNames names, CancellationToken cancellationToken)
    {
        var zones = await names.AllAsync(cancellationToken);
        return await ManagedEndpoints.PutAsync<Placement, PlacementDetails>(
            context,
            id,
            body => PlacementDetails.Read(body, zones),
            (caller, details, ct) => WhyNotAsync(caller, id, details.QrCodeId, items, ct),
            (current, details) => Decide(id, current, details),
            cancellationToken);
    }
}
