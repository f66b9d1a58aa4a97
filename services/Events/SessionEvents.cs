using System.Text.Json.Serialization;

namespace QrPlatform.Events;

/// <summary>
/// An event of a session as the event store keeps it: what projections need in clear and generalised, what is personal sealed in
/// <see cref="Personal"/>. The stored type (<see cref="StoredEvents"/>) tells what happened; the members are the same for all.
/// </summary>
public abstract record SessionEvent
{
    /// <summary>The source's event id, unique per tenant.</summary>
    public required string EventId { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>When the door received it, UTC.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The batch that brought it.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>The code that was scanned.</summary>
    public required string QrCodeId { get; init; }

    /// <summary>The visitor's random pseudonym, or null without a visitor.</summary>
    public Guid? Visitor { get; init; }

    /// <summary>The place, generalised.</summary>
    public Place? Place { get; init; }

    /// <summary>The device, without its user agent.</summary>
    public Device? Device { get; init; }

    /// <summary>The campaign as the event states it.</summary>
    public Campaign? Campaign { get; init; }

    /// <summary>The source's lead score, 0 to 100.</summary>
    public decimal? LeadScore { get; init; }

    /// <summary>Seconds of engagement.</summary>
    public decimal? EngagementSeconds { get; init; }

    /// <summary>Pages seen.</summary>
    public int? PageViews { get; init; }

    /// <summary>Types of the conversions that this event counts as: those that it lists, else its own kind where that is one.</summary>
    public IReadOnlyList<string>? Conversions { get; init; }

    /// <summary>Money as stated.</summary>
    public Money? Revenue { get; init; }

    /// <summary>
    /// Money in the tenant's reporting currency, rounded half-even to its minor unit; negative for a refund. Fixed when first processed.
    /// </summary>
    public Money? ReportingRevenue { get; init; }

    /// <summary>The bot list matched the user agent.</summary>
    public bool IsBot { get; init; }

    /// <summary>The source marked it as a test.</summary>
    public bool IsTest { get; init; }

    /// <summary>Versions of the enrichment steps that made this, such as <c>bots@1</c>.</summary>
    public IReadOnlyList<string>? Steps { get; init; }

    /// <summary>What is personal, sealed; null where the event carried nothing personal.</summary>
    public SealedPersonalData? Personal { get; init; }
}

/// <summary>A first scan of a code.</summary>
public sealed record ScanRecorded : SessionEvent;

/// <summary>A further scan.</summary>
public sealed record RescanRecorded : SessionEvent;

/// <summary>The landing page was seen.</summary>
public sealed record LandingViewed : SessionEvent;

/// <summary>The visitor stayed, read, clicked.</summary>
public sealed record EngagementRecorded : SessionEvent;

/// <summary>The visitor did what the campaign is for.</summary>
public sealed record ConversionRecorded : SessionEvent;

/// <summary>The visitor became a lead.</summary>
public sealed record LeadRecorded : SessionEvent;

/// <summary>The visitor became a customer.</summary>
public sealed record CustomerRecorded : SessionEvent;

/// <summary>Money came in.</summary>
public sealed record RevenueRecorded : SessionEvent;

/// <summary>Money went back.</summary>
public sealed record RefundRecorded : SessionEvent;

/// <summary>An event of a visitor who did not consent: all that is known of it.</summary>
public sealed record UnconsentedEventCounted
{
    /// <summary>The source's event id.</summary>
    public required string EventId { get; init; }

    /// <summary>The code.</summary>
    public required string QrCodeId { get; init; }

    /// <summary>The start of the UTC hour in which it happened.</summary>
    public required DateTimeOffset Hour { get; init; }

    /// <summary>It was a scan or a rescan, neither a bot's nor a test.</summary>
    public required bool IsScan { get; init; }
}

/// <summary>A place, coordinates rounded to 2 decimals (about 1 km).</summary>
public sealed record Place(double? Latitude, double? Longitude, string? City, string? Region, string? Country, string? Accuracy);

/// <summary>A device.</summary>
public sealed record Device(string? Type, string? OperatingSystem, string? Browser, string? ScreenResolution);

/// <summary>A campaign as an event states it.</summary>
public sealed record Campaign(string? Id, string? Name, string? Variant, string? ChannelType, string? ContentCategory, string? ConversionGoal);

/// <summary>An amount with its ISO 4217 currency.</summary>
public sealed record Money(decimal Amount, string Currency);

/// <summary>
/// The personal part of an event (visitor id, session id, IP address, user agent, exact position, as JSON), sealed with AES-256-GCM under
/// the subject's data key. Destroying that key makes it unreadable for ever.
/// </summary>
/// <param name="KeyId">The subject's record in <c>privacy.subject_keys</c>.</param>
/// <param name="Box">Nonce, ciphertext and tag; the tenant and event id are the associated data.</param>
public sealed record SealedPersonalData(Guid KeyId, [property: JsonPropertyName("Box")] byte[] Box);
