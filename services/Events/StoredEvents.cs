namespace QrPlatform.Events;

/// <summary>Names under which events are stored. They are part of history: a class may be renamed, its stored name may not.</summary>
public static class StoredEvents
{
    /// <summary>PostgreSQL schema of the event store.</summary>
    public const string Schema = "events";

    /// <summary>Stored name of every event type.</summary>
    public static readonly IReadOnlyDictionary<Type, string> Names = new Dictionary<Type, string>
    {
        [typeof(ScanRecorded)] = "scan_recorded",
        [typeof(RescanRecorded)] = "rescan_recorded",
        [typeof(LandingViewed)] = "landing_viewed",
        [typeof(EngagementRecorded)] = "engagement_recorded",
        [typeof(ConversionRecorded)] = "conversion_recorded",
        [typeof(LeadRecorded)] = "lead_recorded",
        [typeof(CustomerRecorded)] = "customer_recorded",
        [typeof(RevenueRecorded)] = "revenue_recorded",
        [typeof(RefundRecorded)] = "refund_recorded",
        [typeof(UnconsentedEventCounted)] = "unconsented_event_counted",
        [typeof(CampaignDefined)] = "campaign_defined",
        [typeof(CampaignChanged)] = "campaign_changed",
        [typeof(CampaignCostRecorded)] = "campaign_cost_recorded",
        [typeof(CampaignCostRemoved)] = "campaign_cost_removed",
        [typeof(QrCodeDefined)] = "qr_code_defined",
        [typeof(QrCodeChanged)] = "qr_code_changed",
        [typeof(PlacementDefined)] = "placement_defined",
        [typeof(PlacementChanged)] = "placement_changed",
        [typeof(PlacementMoved)] = "placement_moved",
        [typeof(PlacementStateChanged)] = "placement_state_changed",
        [typeof(VisitorErased)] = "visitor_erased",
    };

    /// <summary>The type's name in <c>mt_dotnet_type</c>: full name and assembly, without version.</summary>
    public static string DotNetTypeName(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}

/// <summary>
/// Keys of streams; the first letter tells the kind. Those of visitors and sessions are random, so that nothing of a source's id can be read
/// from them; campaigns, codes and placements, which are nobody's secret, are found by their own ids.
/// </summary>
public static class StreamKeys
{
    /// <summary>A session that the source named: its id is the session.</summary>
    public const char Session = 's';

    /// <summary>A visitor without source sessions: sessions are cut by the projection.</summary>
    public const char Visitor = 'v';

    /// <summary>One event that is a session of its own.</summary>
    public const char Lone = 'e';

    /// <summary>The unconsented events of a day of receipt.</summary>
    public const char Unconsented = 'u';

    /// <summary>A campaign: its description and its costs.</summary>
    public const char Campaign = 'c';

    /// <summary>A code.</summary>
    public const char QrCode = 'q';

    /// <summary>A placement: where it is and in which state.</summary>
    public const char Placement = 'p';

    /// <summary>That a visitor was erased.</summary>
    public const char Erasure = 'x';

    /// <summary>Makes the key of a managed thing's stream.</summary>
    public static string Of(char kind, string id) => $"{kind}-{id}";

    /// <summary>Makes a stream key.</summary>
    public static string Of(char kind, Guid id) => $"{kind}-{id:N}";
}
