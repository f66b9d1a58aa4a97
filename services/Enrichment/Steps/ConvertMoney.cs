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
        var money = new Money(amount, stated);
        if (ToReporting(money, reporting) is not { } converted) return EndReason.FxRateMissing;

        draft.Revenue = money;
        draft.ReportingRevenue = draft.Source.EventType == ScanEventType.Refund ? converted with { Amount = -Math.Abs(converted.Amount) } : converted;
        return StepResult.Continue;
    }

    /// <summary>The same in the reporting currency, or null without a rate. There are no rates yet: only that currency itself has one.</summary>
    public static Money? ToReporting(Money stated, string reporting) => stated.Currency == reporting
        ? new Money(Math.Round(stated.Amount, MinorUnits.Of(reporting), MidpointRounding.ToEven), reporting)
        : null;
}
