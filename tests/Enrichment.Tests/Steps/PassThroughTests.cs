using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.Pipeline;
using QrPlatform.Enrichment.Steps;
using QrPlatform.Enrichment.Tests.Pipeline;
using QrPlatform.Events;

namespace QrPlatform.Enrichment.Tests.Steps;

public sealed class PassThroughTests
{
    [Fact]
    public void What_the_source_states_wins_and_coordinates_keep_two_decimals()
    {
        var draft = Examples.Draft(Examples.Full());

        GeneralisePlace.Apply(draft);
        ReadDevice.Apply(draft);
        ReadCampaign.Apply(draft);

        Assert.Equal(new Place(37.77, -122.42, "San Francisco", "California", "US", "GPS"), draft.Place);
        Assert.Equal(new Device("MOBILE", "iOS 17.5", "Safari", "1179x2556"), draft.Device);
        Assert.Equal(new Campaign("camp_1", "Holiday", "A", "OFFLINE_PRINT", "PRODUCT_DEMO", "LEAD_GENERATION"), draft.Campaign);
    }

    [Fact]
    public void What_the_source_does_not_state_stays_unknown()
    {
        var draft = Examples.Draft(Examples.Scan());

        GeneralisePlace.Apply(draft);
        ReadDevice.Apply(draft);
        ReadCampaign.Apply(draft);

        Assert.Null(draft.Place);
        Assert.Null(draft.Device);
        Assert.Null(draft.Campaign);
    }

    [Theory]
    [InlineData(ScanEventType.Scan, null)]
    [InlineData(ScanEventType.Revenue, null)]
    [InlineData(ScanEventType.Conversion, "CONVERSION")]
    [InlineData(ScanEventType.Lead, "LEAD")]
    [InlineData(ScanEventType.Customer, "CUSTOMER")]
    public void An_event_that_lists_no_conversion_counts_by_its_kind(ScanEventType type, string? expected)
    {
        foreach (var listed in new string[]?[] { null, [] })
        {
            var draft = Examples.Draft(Examples.Scan() with { EventType = type, BehaviorMetrics = new BehaviorMetrics { ConversionEvents = listed } });
            CountConversions.Apply(draft);
            Assert.Equal(expected is null ? null : [expected], draft.Conversions);
        }
    }

    [Theory]
    [InlineData(ScanEventType.Scan)]
    [InlineData(ScanEventType.Lead)]
    public void Every_listed_conversion_counts(ScanEventType type)
    {
        var draft = Examples.Draft(Examples.Scan() with { EventType = type, BehaviorMetrics = new BehaviorMetrics { ConversionEvents = ["A", "B", "A"] } });
        CountConversions.Apply(draft);
        Assert.Equal(["A", "B", "A"], draft.Conversions);
    }

    [Theory]
    [InlineData("plain", false)]
    [InlineData("a\0b", true)]
    [InlineData("\0", true)]
    [InlineData(@"\u0000", false)] // A backslash and six characters of text.
    [InlineData(@"\\u0000", false)]
    [InlineData("\\\0", true)]
    public void Refuses_a_text_that_the_store_cannot_keep(string text, bool refused)
    {
        var draft = Examples.Draft(Examples.Scan() with { ScanLocation = new ScanLocation { City = text } });
        Assert.Equal(refused ? EndReason.UnstorableText : null, RefuseUnstorableText.Apply(draft).End);
    }
}
