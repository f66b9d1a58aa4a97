using JasperFx.Events;
using Marten.Events.Aggregation;

namespace QrPlatform.Alerting.Incidents;

/// <summary>A number that was looked at.</summary>
/// <remarks>Data class: none.</remarks>
public sealed record Reading(DateTimeOffset From, DateTimeOffset To, decimal? Value, long? Scans, DateTimeOffset AsOf);

/// <summary>The rule's condition came true.</summary>
public sealed record IncidentOpened(
    string RuleId, long RuleVersion, string RuleName, string Metric, string Severity, string Operator, decimal Threshold, decimal RecoveryThreshold, string TimeZone, Reading Reading);

/// <summary>A further interval was a breach.</summary>
public sealed record IncidentObserved(Reading Reading);

/// <summary>Somebody has taken it on.</summary>
/// <remarks>Data class: the name of a user of the platform.</remarks>
public sealed record IncidentAcknowledged(string By, string? Note);

/// <summary>It is over: the number has recovered, or the rule is gone (then without a reading).</summary>
public sealed record IncidentResolved(string Reason, Reading? Reading);

/// <summary>How telling somebody ended.</summary>
public sealed record IncidentNotified(Guid DeliveryId, string Kind, string About, string Outcome, int Attempts);

/// <summary>An incident as its events have made it.</summary>
internal sealed record Incident
{
    public required Guid Id { get; init; }

    public required IncidentOpened Opened { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    public required string State { get; init; }

    public int Breaches { get; init; } = 1;

    public IncidentAcknowledged? Acknowledged { get; init; }

    public IncidentResolved? Resolved { get; init; }
}

/// <summary>Builds an incident from its stream.</summary>
internal sealed class IncidentProjection : SingleStreamProjection<Incident, Guid>
{
    public const string Open = "open", Acknowledged = "acknowledged", Resolved = "resolved";

    public override Incident? Evolve(Incident? snapshot, Guid id, IEvent e) => e.Data switch
    {
        IncidentOpened opened => new Incident { Id = id, Opened = opened, OpenedAt = e.Timestamp, State = Open },
        IncidentObserved => snapshot! with { Breaches = snapshot.Breaches + 1 },
        IncidentAcknowledged acknowledged => snapshot! with { State = Acknowledged, Acknowledged = acknowledged },
        IncidentResolved resolved => snapshot! with { State = Resolved, Resolved = resolved },
        _ => snapshot,
    };
}
