using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.Pipeline;

namespace QrPlatform.Enrichment.Steps;

/// <summary>Every conversion that the event lists; a CONVERSION, LEAD or CUSTOMER event that lists none is one, of its own kind's name.</summary>
internal static class CountConversions
{
    private static readonly string[] Conversion = ["CONVERSION"], Lead = ["LEAD"], Customer = ["CUSTOMER"];

    public static StepResult Apply(ScanDraft draft)
    {
        draft.Conversions = draft.Source.BehaviorMetrics?.ConversionEvents is { Count: > 0 } listed
            ? listed
            : draft.Source.EventType switch
            {
                ScanEventType.Conversion => Conversion,
                ScanEventType.Lead => Lead,
                ScanEventType.Customer => Customer,
                _ => null,
            };
        return StepResult.Continue;
    }
}
