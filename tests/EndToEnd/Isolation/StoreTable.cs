namespace QrPlatform.EndToEnd.Isolation;

/// <summary>What is kept beside the database's views: kinds of cache keys and of stored events. Another one without a row fails the isolation probe.</summary>
internal static class StoreTable
{
    /// <summary>Cache keys by their first part, and which part names the tenant. Every part between colons, from 0.</summary>
    public static readonly Dictionary<string, int> CacheKeys = new(StringComparer.Ordinal)
    {
        ["query"] = 1,
        ["campaign"] = 2,
        ["geo"] = 2,
        ["realtime"] = 2,
    };

    /// <summary>Types of stored events by the event store's schema: all of them are a tenant's, in streams of that tenant.</summary>
    public static readonly Dictionary<string, string[]> EventTypes = new(StringComparer.Ordinal)
    {
        ["events"] =
        [
            "scan_recorded", "rescan_recorded", "landing_viewed", "engagement_recorded", "conversion_recorded", "lead_recorded", "customer_recorded",
            "revenue_recorded", "refund_recorded", "unconsented_event_counted", "campaign_defined", "campaign_changed", "campaign_cost_recorded",
            "campaign_cost_removed", "qr_code_defined", "qr_code_changed", "placement_defined", "placement_changed", "placement_moved",
            "placement_state_changed", "visitor_erased",
        ],
        ["alerting"] = ["incident_opened", "incident_observed", "incident_acknowledged", "incident_resolved", "incident_notified"],
        ["privacy"] =
        [
            "erasure_requested", "erasure_approved", "erasure_step_started", "erasure_step_finished", "erasure_step_failed",
            "erasure_repeated", "erasure_gave_up", "erasure_resumed", "erasure_completed",
        ],
    };
}
