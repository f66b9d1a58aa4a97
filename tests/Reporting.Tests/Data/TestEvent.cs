using System.Text.Json;
using QrPlatform.Events;

namespace QrPlatform.Reporting.Tests.Data;

/// <summary>An event as enrichment stores it, flat.</summary>
internal sealed record TestEvent
{
    public string Tenant { get; init; } = "demo";
    public required string Stream { get; init; }
    public required string Id { get; init; }
    public required string Kind { get; init; }
    public required DateTimeOffset At { get; init; }
    public string Code { get; init; } = "qr_1";
    public Guid? Visitor { get; init; }
    public Campaign? Campaign { get; init; }
    public Place? Place { get; init; }
    public Device? Device { get; init; }
    public decimal? LeadScore { get; init; }
    public decimal? Engagement { get; init; }
    public int? PageViews { get; init; }
    public IReadOnlyList<string>? Conversions { get; init; }
    public decimal? Revenue { get; init; }
    public bool IsBot { get; init; }
    public bool IsTest { get; init; }

    public bool IsScanKind => Kind is "SCAN" or "RESCAN";

    public bool IsScan => IsScanKind && !IsBot && !IsTest;

    private static readonly Dictionary<string, Type> Types = new(StringComparer.Ordinal)
    {
        ["SCAN"] = typeof(ScanRecorded),
        ["RESCAN"] = typeof(RescanRecorded),
        ["LANDING_VIEW"] = typeof(LandingViewed),
        ["ENGAGEMENT"] = typeof(EngagementRecorded),
        ["CONVERSION"] = typeof(ConversionRecorded),
        ["LEAD"] = typeof(LeadRecorded),
        ["CUSTOMER"] = typeof(CustomerRecorded),
        ["REVENUE"] = typeof(RevenueRecorded),
        ["REFUND"] = typeof(RefundRecorded),
        ["UNCONSENTED"] = typeof(UnconsentedEventCounted),
    };

    public string StoredType => StoredEvents.Names[Types[Kind]];

    /// <summary>The data as the store holds it.</summary>
    public string Data => Kind == "UNCONSENTED"
        ? JsonSerializer.Serialize(new UnconsentedEventCounted { EventId = Id, QrCodeId = Code, Hour = new DateTimeOffset(At.UtcTicks - (At.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero), IsScan = true })
        : JsonSerializer.Serialize(new ScanRecorded
        {
            EventId = Id,
            OccurredAt = At,
            ReceivedAt = At,
            BatchId = Guid.Empty,
            QrCodeId = Code,
            Visitor = Visitor,
            Place = Place,
            Device = Device,
            Campaign = Campaign,
            LeadScore = LeadScore,
            EngagementSeconds = Engagement,
            PageViews = PageViews,
            Conversions = Conversions,
            Revenue = Revenue is { } stated ? new Money(stated, "USD") : null,
            ReportingRevenue = Revenue is { } amount ? new Money(amount, "USD") : null,
            IsBot = IsBot,
            IsTest = IsTest,
        });
}
