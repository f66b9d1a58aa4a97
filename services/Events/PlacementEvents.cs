using System.Text.Json.Serialization;

namespace QrPlatform.Events;

/// <summary>A placement (a poster, a package, a counter display …) that carries a code: all that is known of it from this event on.</summary>
public abstract record PlacementDescription
{
    /// <summary>The placement's id.</summary>
    public required string PlacementId { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The code that it carries.</summary>
    public required string QrCodeId { get; init; }

    /// <summary>What it is, such as POSTER.</summary>
    public string? Kind { get; init; }

    /// <summary>Where it is or will be.</summary>
    public Site Site { get; init; } = Site.Unknown;

    /// <summary>Its time zone, an IANA name; null for the tenant's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TimeZone { get; init; }
}

/// <summary>The place of a placement, which is no person's: coordinates are as exact as they were stated.</summary>
public sealed record Site(string? Country, string? Region, string? City, double? Latitude, double? Longitude)
{
    /// <summary>Nothing is known of the place.</summary>
    public static readonly Site Unknown = new(null, null, null, null, null);
}

/// <summary>A placement was described for the first time.</summary>
public sealed record PlacementDefined : PlacementDescription;

/// <summary>A placement is described otherwise than before, at the same place.</summary>
public sealed record PlacementChanged : PlacementDescription;

/// <summary>A placement is at another place.</summary>
public sealed record PlacementMoved : PlacementDescription;

/// <summary>A placement is in a state of its life from an instant on. Reports may come late: the latest <see cref="At"/> tells today's state.</summary>
public sealed record PlacementStateChanged
{
    /// <summary>The placement.</summary>
    public required string PlacementId { get; init; }

    /// <summary>The state.</summary>
    public required PlacementState State { get; init; }

    /// <summary>Since when, UTC.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>States in the life of a placement.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PlacementState>))]
public enum PlacementState
{
    /// <summary>Designed: the state before any report.</summary>
    [JsonStringEnumMemberName("designed")]
    Designed,

    /// <summary>Printed.</summary>
    [JsonStringEnumMemberName("printed")]
    Printed,

    /// <summary>On its way.</summary>
    [JsonStringEnumMemberName("shipped")]
    Shipped,

    /// <summary>In place: it can be scanned.</summary>
    [JsonStringEnumMemberName("installed")]
    Installed,

    /// <summary>Damaged: it may not be readable.</summary>
    [JsonStringEnumMemberName("damaged")]
    Damaged,

    /// <summary>Taken away.</summary>
    [JsonStringEnumMemberName("removed")]
    Removed,
}
