using QrPlatform.Enrichment.Managing;
using QrPlatform.Events;
using QrPlatform.Requests;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Enrichment.Placements;

/// <summary>What a placement's description says; two that say the same are equal.</summary>
internal sealed record PlacementDetails(string Name, string QrCodeId, string? Kind, Site Site, string? TimeZone)
{
    private const int LongestName = 500, CoordinateDigits = 8;

    public static PlacementDetails Of(PlacementDescription described) => new(described.Name, described.QrCodeId, described.Kind, described.Site, described.TimeZone);

    /// <summary>Reads <c>{"name","qrCodeId","kind","country","region","city","latitude","longitude","timeZone"}</c>; null where something is wrong.</summary>
    /// <param name="body">The body.</param>
    /// <param name="zones">The time zones that there are.</param>
    public static PlacementDetails? Read(JsonObjectReader body, IReadOnlyDictionary<string, string> zones)
    {
        body.AllowDescription(
            "name", "qrCodeId", "kind", "country", "region", "city", "latitude", "longitude", "timeZone", "state", "stateSince", "installedAt");
        var name = body.Line("name", LongestName, required: true);
        var code = body.Line("qrCodeId", ManagedId.Longest, required: true);
        if (code is not null && !ManagedId.IsValid(code)) body.Note("qrCodeId", "invalid_id", ManagedId.Rule);
        var kind = body.Line("kind", ManagedId.Longest);
        var latitude = body.Decimal("latitude", -90, 90, CoordinateDigits);
        var longitude = body.Decimal("longitude", -180, 180, CoordinateDigits);
        if (latitude is null != longitude is null)
            body.Note(latitude is null ? "latitude" : "longitude", "required", "Latitude and longitude come together.");
        var site = new Site(
            body.Line("country", LongestName), body.Line("region", LongestName), body.Line("city", LongestName), (double?)latitude, (double?)longitude);
        var zone = body.Line("timeZone", ManagedId.Longest);
        if (zone is not null && !zones.TryGetValue(zone, out zone)) body.Note("timeZone", TimeZoneNames.UnknownCode, TimeZoneNames.UnknownMessage);
        return name is null || code is null ? null : new PlacementDetails(name, code, kind, site, zone);
    }

    /// <summary>The event that says so: the first description of a placement, a move to another place, or another change.</summary>
    public PlacementDescription ToEvent(string placementId, PlacementDetails? before)
    {
        if (before is null) return new PlacementDefined { PlacementId = placementId, Name = Name, QrCodeId = QrCodeId, Kind = Kind, Site = Site, TimeZone = TimeZone };
        return before.Site != Site
            ? new PlacementMoved { PlacementId = placementId, Name = Name, QrCodeId = QrCodeId, Kind = Kind, Site = Site, TimeZone = TimeZone }
            : new PlacementChanged { PlacementId = placementId, Name = Name, QrCodeId = QrCodeId, Kind = Kind, Site = Site, TimeZone = TimeZone };
    }
}
