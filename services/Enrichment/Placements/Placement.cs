using System.Collections.Immutable;
using QrPlatform.Enrichment.Managing;
using QrPlatform.Events;

namespace QrPlatform.Enrichment.Placements;

/// <summary>A placement and what was reported of its life.</summary>
internal sealed record Placement : IManaged<Placement>
{
    public static char Kind => StreamKeys.Placement;

    public static string Name => "placement";

    public static string Noun => "placement";

    /// <summary>The stream's key.</summary>
    public string Id { get; init; } = "";

    public required string PlacementId { get; init; }

    public required PlacementDetails Details { get; init; }

    /// <summary>Every report, in the order of its coming.</summary>
    public ImmutableList<StateReport> Reports { get; init; } = [];

    /// <summary>Today's state: the report with the latest instant, of two at one instant the later one.</summary>
    public StateReport? Current => Reports.Count == 0 ? null : Reports.Aggregate((latest, next) => next.At >= latest.At ? next : latest);

    public static Placement? Apply(Placement? current, object stored) => stored switch
    {
        PlacementDescription described when current is not null => current with { Details = PlacementDetails.Of(described) },
        PlacementDescription described => new Placement
        {
            Id = StreamKeys.Of(Kind, described.PlacementId),
            PlacementId = described.PlacementId,
            Details = PlacementDetails.Of(described),
        },
        PlacementStateChanged changed when current is not null => current with { Reports = current.Reports.Add(new StateReport(changed.State, changed.At)) },
        _ => current,
    };

    public object Body() => new
    {
        id = PlacementId,
        name = Details.Name,
        qrCodeId = Details.QrCodeId,
        kind = Details.Kind,
        country = Details.Site.Country,
        region = Details.Site.Region,
        city = Details.Site.City,
        latitude = Details.Site.Latitude,
        longitude = Details.Site.Longitude,
        timeZone = Details.TimeZone,
        state = Current?.State ?? PlacementState.Designed,
        stateSince = Current?.At,
        installedAt = Reports.Where(report => report.State == PlacementState.Installed).Max(report => (DateTimeOffset?)report.At),
    };
}

/// <summary>A placement is in a state from an instant on.</summary>
internal sealed record StateReport(PlacementState State, DateTimeOffset At);
