using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace QrPlatform.Gateway.Health;

/// <summary>What one look at a part found. Descriptions are public: they name no address and no credentials.</summary>
internal readonly record struct Reading(HealthStatus Status, string? Description)
{
    public static readonly Reading Healthy = new(HealthStatus.Healthy, null);

    public static Reading Unhealthy(string description) => new(HealthStatus.Unhealthy, description);
}

/// <summary>A time in which a part was not healthy; it lasts while <paramref name="To"/> is null.</summary>
internal sealed record Outage(DateTimeOffset From, DateTimeOffset? To, string? Description);

/// <summary>A part as it is now, and the last time it was not well, so that a second's outage can still be seen afterwards.</summary>
/// <param name="Status">As last looked at.</param>
/// <param name="Since">Since when the status is this one.</param>
/// <param name="Description">What is wrong, if something is.</param>
/// <param name="LastOutage">The last outage after the part had once been healthy; starting up is none.</param>
internal sealed record PartHealth(HealthStatus Status, DateTimeOffset Since, string? Description, Outage? LastOutage)
{
    private bool WasHealthy { get; init; }

    public static PartHealth Unknown(DateTimeOffset now) => new(HealthStatus.Unhealthy, now, "Not looked at yet.", null);

    public PartHealth After(Reading reading, DateTimeOffset now) => this with
    {
        Status = reading.Status,
        Since = reading.Status == Status ? Since : now,
        Description = reading.Description,
        WasHealthy = WasHealthy || reading.Status == HealthStatus.Healthy,
        LastOutage = OutageAfter(reading, now),
    };

    private Outage? OutageAfter(Reading reading, DateTimeOffset now)
    {
        var isOut = LastOutage is { To: null };
        if (reading.Status == HealthStatus.Healthy) return isOut ? LastOutage! with { To = now } : LastOutage;
        if (isOut) return reading.Status < Status ? LastOutage! with { Description = reading.Description } : LastOutage;
        return WasHealthy ? new Outage(now, null, reading.Description) : LastOutage;
    }
}

/// <summary>The whole platform, as <c>GET /health</c> shows it.</summary>
/// <param name="Status"><c>Unhealthy</c> when something that users need is away, <c>Degraded</c> when something else is.</param>
/// <param name="Parts">Each part by its resource name.</param>
internal sealed record PlatformHealth(HealthStatus Status, IReadOnlyDictionary<string, PartHealth> Parts);
