using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.Pipeline;
using QrPlatform.Events;

namespace QrPlatform.Enrichment.Steps;

/// <summary>
/// Converts the event's money into the tenant's reporting currency, once and for good: rounded half-even to that currency's minor unit,
/// negative for a refund however the source signed it. Without a rate the event cannot be processed.
/// </summary>
internal static class ConvertMoney
{
    public static StepResult Apply(ScanDraft draft)
    {
        if (draft.Source.BehaviorMetrics is not { RevenueAttribution: { } amount } metrics) return StepResult.Continue;

        var reporting = draft.Tenant.ReportingCurrency;
        var stated = metrics.Currency?.ToUpperInvariant() ?? reporting;
        if (stated != reporting) return EndReason.FxRateMissing;

        draft.Revenue = new Money(amount, stated);
        var rounded = Math.Round(amount, MinorUnits.Of(reporting), MidpointRounding.ToEven);
        draft.ReportingRevenue = new Money(draft.Source.EventType == ScanEventType.Refund ? -Math.Abs(rounded) : rounded, reporting);
        return StepResult.Continue;
    }
}
