using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.Pipeline;
using QrPlatform.Enrichment.Steps;
using QrPlatform.Enrichment.Tests.Pipeline;

namespace QrPlatform.Enrichment.Tests.Steps;

public sealed class DecideConsentTests
{
    [Theory]
    [InlineData(true, null, null, true)]
    [InlineData(false, null, null, false)]
    [InlineData(true, false, null, false)]
    [InlineData(false, true, null, true)]
    [InlineData(true, false, 0, false)]
    [InlineData(true, false, -60, false)]
    [InlineData(false, true, -60, true)]
    [InlineData(true, false, 1, true)] // Said later than the event: the tenant's default decides.
    [InlineData(false, true, 1, false)]
    public void The_latest_statement_not_after_the_event_decides(bool byDefault, bool? said, int? secondsAfterTheEvent, bool allowed)
    {
        var consent = said is { } analytics
            ? new ConsentStatement { Analytics = analytics, RecordedAt = secondsAfterTheEvent is { } seconds ? Examples.Noon.AddSeconds(seconds) : null }
            : null;
        var draft = Examples.Draft(Examples.Scan() with { Consent = consent }, Examples.Demo with { ConsentDefault = byDefault });

        Assert.Equal(allowed ? null : EndReason.ConsentDenied, DecideConsent.Apply(draft).End);
    }
}
