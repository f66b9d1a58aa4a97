using QrPlatform.Enrichment.Pipeline;

namespace QrPlatform.Enrichment.Steps;

/// <summary>
/// The event's own statement decides when it was made no later than the event; otherwise the tenant's default does.
/// </summary>
internal static class DecideConsent
{
    public static StepResult Apply(ScanDraft draft)
    {
        var said = draft.Source.Consent is { } consent && (consent.RecordedAt ?? draft.Source.Timestamp) <= draft.Source.Timestamp
            ? consent.Analytics
            : draft.Tenant.ConsentDefault;
        return said ? StepResult.Continue : EndReason.ConsentDenied;
    }
}
