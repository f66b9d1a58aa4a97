using QrPlatform.Events;
using static QrPlatform.Projection.Tests.Scans.Make;

namespace QrPlatform.Projection.Tests.Scans;

public sealed class SessionTests
{
    private const string Sessions = "select session_key || ' ' || conversions from projection.session order by session_key";

    [Theory]
    [InlineData(29.98, 1)]
    [InlineData(30, 1)]
    [InlineData(30.02, 2)]
    public async Task Cuts_a_visitors_session_after_thirty_minutes_without_an_event(double minutes, int sessions)
    {
        await using var log = await Log.CreateAsync();
        await log.ApplyAsync(("v-1", Event<ScanRecorded>("a", Minutes(0))), ("v-1", Event<ScanRecorded>("b", Minutes(minutes))));
        Assert.Equal(sessions, (await log.ColumnAsync(Sessions)).Count);
    }

    [Fact]
    public async Task Cuts_a_visitors_session_after_a_day_in_all()
    {
        await using var log = await Log.CreateAsync();
        // An event every 25 minutes for 50 hours: 120 of them.
        await log.ApplyAsync([.. Enumerable.Range(0, 120).Select(i => ("v-1", (SessionEvent)Event<ScanRecorded>($"{i:D3}", Minutes(25 * i))))]);
        Assert.Equal(["v-1/000 0", "v-1/058 0", "v-1/116 0"], await log.ColumnAsync(Sessions));
    }

    [Fact]
    public async Task Merges_two_sessions_when_a_late_event_closes_the_gap()
    {
        await using var log = await Log.CreateAsync();
        await log.ApplyAsync(("v-1", Event<ScanRecorded>("a", Minutes(0))), ("v-1", Event<ConversionRecorded>("c", Minutes(50))));
        Assert.Equal(["v-1/a 0", "v-1/c 1"], await log.ColumnAsync(Sessions));

        await log.ApplyAsync(("v-1", Event<LandingViewed>("b", Minutes(25))));
        Assert.Equal(["v-1/a 1"], await log.ColumnAsync(Sessions));
    }

    [Fact]
    public async Task Moves_everything_with_the_attribution_scan_when_an_earlier_one_arrives_late()
    {
        await using var log = await Log.CreateAsync();
        await log.ApplyAsync(
            ("s-1", Event<ConversionRecorded>("c", Minutes(9), e => e with { Campaign = new Campaign("own", null, null, null, null, null) })));
        Assert.Equal(["own"], await log.ColumnAsync("select campaign_id from projection.event_fact where event_id = 'c'"));

        await log.ApplyAsync(("s-1", Event<ScanRecorded>("b", Minutes(5), e => e with { QrCodeId = "second", LeadScore = 61, Campaign = new Campaign("late", null, "B", null, null, null) })));
        Assert.Equal(["late second B 61"], await log.ColumnAsync("select concat_ws(' ', campaign_id, qr_code_id, variant, graded_lead_score) from projection.event_fact where event_id = 'c'"));

        await log.ApplyAsync(("s-1", Event<ScanRecorded>("a", Minutes(1), e => e with { QrCodeId = "first", Campaign = new Campaign("early", null, null, null, null, null) })));
        Assert.Equal(["early first"], await log.ColumnAsync("select concat_ws(' ', campaign_id, qr_code_id, variant, graded_lead_score) from projection.event_fact where event_id = 'c'"));
        Assert.Equal(["a"], await log.ColumnAsync("select event_id from projection.event_fact where is_attribution"));
    }

    [Fact]
    public async Task Counts_nothing_of_a_session_that_only_a_bot_scanned_until_a_person_does()
    {
        await using var log = await Log.CreateAsync();
        await log.ApplyAsync(("s-1", Event<ScanRecorded>("bot", Minutes(0), e => e with { IsBot = true })), ("s-1", Event<CustomerRecorded>("buy", Minutes(1))));
        Assert.Equal(["buy:false:false"], await log.ColumnAsync("select concat_ws(':', event_id, is_counted::text, is_new_customer::text) from projection.event_fact where event_id = 'buy'"));

        await log.ApplyAsync(("s-1", Event<ScanRecorded>("person", Minutes(2))));
        Assert.Equal(["buy:true:true"], await log.ColumnAsync("select concat_ws(':', event_id, is_counted::text, is_new_customer::text) from projection.event_fact where event_id = 'buy'"));
    }

    [Fact]
    public async Task Marks_a_visitors_first_customer_event_as_the_new_customer_also_when_it_comes_last()
    {
        var visitor = Guid.NewGuid();
        await using var log = await Log.CreateAsync();
        await log.ApplyAsync(("s-2", Event<CustomerRecorded>("later", Minutes(60), e => e with { Visitor = visitor })));
        await log.ApplyAsync(("s-1", Event<CustomerRecorded>("first", Minutes(0), e => e with { Visitor = visitor })));
        await log.ApplyAsync(("e-1", Event<CustomerRecorded>("nobody", Minutes(90))));
        Assert.Equal(["first", "nobody"], await log.ColumnAsync("select event_id from projection.event_fact where is_new_customer order by 1"));
    }
}
