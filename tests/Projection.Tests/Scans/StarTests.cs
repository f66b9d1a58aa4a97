using QrPlatform.Events;

namespace QrPlatform.Projection.Tests.Scans;

public sealed class StarTests
{
    [Fact]
    public async Task Months_are_partitions_made_as_their_events_come_and_all_before_2010_shares_one()
    {
        await using var log = await Log.CreateAsync();
        await log.ApplyAsync(
            ("s-1", At("a", new(2025, 1, 31, 23, 59, 59, TimeSpan.Zero))),
            ("s-2", At("b", new(2025, 2, 1, 0, 0, 0, TimeSpan.Zero))),
            ("s-3", At("c", new(1999, 12, 31, 23, 0, 0, TimeSpan.Zero))),
            ("s-4", At("d", new(1, 1, 1, 0, 0, 0, TimeSpan.Zero))));

        Assert.Equal(
            ["event_fact_2025_01 a", "event_fact_2025_02 b", "event_fact_before_2010 c", "event_fact_before_2010 d"],
            await log.ColumnAsync("select c.relname || ' ' || f.event_id from projection.event_fact f join pg_class c on c.oid = f.tableoid order by f.event_id"));

        // The month after the latest is there before its first event.
        Assert.Equal(["1"], await log.ColumnAsync("select count(*)::text from pg_class where relname = 'event_fact_2025_03' and relispartition"));
    }

    [Fact]
    public async Task A_session_over_a_months_end_is_one_and_moves_to_an_earlier_scan_of_the_month_before()
    {
        await using var log = await Log.CreateAsync();
        await log.ApplyAsync(
            ("s-1", At("scan", new(2025, 2, 1, 0, 10, 0, TimeSpan.Zero)) with { Campaign = new Campaign("late", null, null, null, null, null) }),
            ("s-1", Make.Event<ConversionRecorded>("buy", TimeSpan.Zero, e => e with { OccurredAt = new(2025, 3, 9, 0, 0, 0, TimeSpan.Zero) })));
        await log.ApplyAsync(("s-1", At("earlier", new(2025, 1, 31, 23, 50, 0, TimeSpan.Zero)) with { Campaign = new Campaign("early", null, null, null, null, null) }));

        Assert.Equal(["buy early", "earlier early", "scan late"], await log.ColumnAsync("select event_id || ' ' || campaign_id from projection.event_fact order by event_id"));
        Assert.Equal(["earlier 1"], await log.ColumnAsync("select event_id || ' ' || session_conversions from projection.event_fact where is_attribution"));

        // In the tenant's days: the earlier scan is of 31 January in Los Angeles, and so is the other one.
        Assert.Equal(
            ["2025-01-31 early 1 0 1", "2025-01-31 late 1 0 0", "2025-03-08 early 0 1 0"],
            await log.ReadAsync("select summary_date || ' ' || campaign_id || ' ' || total_scans || ' ' || conversions || ' ' || converting_sessions from bi.campaign_daily_summary order by 1"));
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public async Task Summaries_of_any_length_count_visitors_exactly(int seed)
    {
        var random = new Random(seed);
        await using var log = await Log.CreateAsync();
        var history = Make.History(random, 300)
            .Select(entry => (entry.Stream, entry.Event with { OccurredAt = entry.Event.OccurredAt.AddDays(random.Next(200)) })).ToArray();
        foreach (var page in history.Chunk(25)) await log.ApplyAsync(page);

        foreach (var (view, period, column) in new[] { ("daily", "day", "summary_date"), ("weekly", "week", "period_start"), ("monthly", "month", "period_start"), ("quarterly", "quarter", "period_start") })
        {
            var plain = await log.ColumnAsync(
                $"""
                 select concat_ws(' ', coalesce(campaign_id, '-'), date_trunc('{period}', occurred_at at time zone 'America/Los_Angeles')::date,
                     count(*) filter (where is_scan), count(distinct visitor) filter (where is_scan), coalesce(sum(conversion_count) filter (where is_counted), 0),
                     trim_scale(coalesce(sum(revenue) filter (where is_counted), 0)), round(avg(lead_score) filter (where is_scan), 6))
                 from projection.event_fact where is_scan or is_counted
                 group by campaign_id, date_trunc('{period}', occurred_at at time zone 'America/Los_Angeles')::date order by 1
                 """);
            var summary = await log.ReadAsync(
                $"""
                 select concat_ws(' ', coalesce(campaign_id, '-'), {column}, total_scans, unique_visitors, conversions, trim_scale(total_revenue), round(avg_lead_score, 6))
                 from bi.campaign_{view}_summary order by 1
                 """);
            Assert.Equal(plain.Order(StringComparer.Ordinal), summary.Order(StringComparer.Ordinal));
        }

        // Any days a to b: each visitor is counted on its first day in the range.
        for (var round = 0; round < 10; round++)
        {
            var a = random.Next(200);
            var range = $"between date '2025-03-01' + {a} and date '2025-03-01' + {a + random.Next(90)}";
            Assert.Equal(
                await log.ColumnAsync($"select count(distinct visitor)::text from projection.event_fact where is_scan and (occurred_at at time zone 'America/Los_Angeles')::date {range}"),
                await log.ColumnAsync($"select coalesce(sum(visitors), 0)::text from projection.visitor_cell where slice = 'all' and day {range} and previous_day < date '2025-03-01' + {a}"));
        }
    }

    [Fact]
    public async Task A_campaigns_descriptions_are_kept_and_its_name_then_is_told_beside_todays()
    {
        await using var log = await Log.CreateAsync();
        await log.ProjectAsync(await log.AppendAsync(("c-1", new CampaignDefined { CampaignId = "camp", Name = "First name" })));
        await log.ExecuteAsync("update events.mt_events set timestamp = '2025-03-05Z'; update projection.campaign_version set valid_from = '2025-03-05Z'");
        await log.ProjectAsync(await log.AppendAsync(("c-1", new CampaignChanged { CampaignId = "camp", Name = "Second name" })));
        await log.ExecuteAsync("update projection.campaign_version set valid_from = '2025-03-20Z' where version = 2");
        await log.ApplyAsync(
            ("s-1", At("before", new(2025, 3, 1, 0, 0, 0, TimeSpan.Zero)) with { Campaign = new Campaign("camp", "As the event states", null, null, null, null) }),
            ("s-2", At("first", new(2025, 3, 10, 0, 0, 0, TimeSpan.Zero)) with { Campaign = new Campaign("camp", null, null, null, null, null) }),
            ("s-3", At("second", new(2025, 3, 20, 0, 0, 0, TimeSpan.Zero)) with { Campaign = new Campaign("camp", "Stated later", null, null, null, null) }));

        Assert.Equal(
            ["before: As the event states, Second name", "first: First name, Second name", "second: Second name, Second name"],
            await log.ReadAsync("select event_id || ': ' || campaign_name_as_of || ', ' || campaign_name from bi_query.event order by 1"));
        Assert.Equal(
            ["1 First name 2025-03-20 00:00:00+00 false", "2 Second name - true"],
            await log.ReadAsync("select version || ' ' || campaign_name || ' ' || coalesce(valid_to::text, '-') || ' ' || is_current from bi.dim_campaign_version order by version"));
    }

    [Fact]
    public async Task A_day_of_the_calendar_has_the_tenants_length()
    {
        await using var log = await Log.CreateAsync();

        Assert.Equal(
            ["2025-03-08 24.00", "2025-03-09 23.00", "2025-11-02 25.00"],
            await log.ReadAsync("select date_key || ' ' || hours from bi.dim_date where date_key in ('2025-03-08', '2025-03-09', '2025-11-02') order by 1"));
    }

    private static ScanRecorded At(string id, DateTimeOffset at) => Make.Event<ScanRecorded>(id, TimeSpan.Zero, e => e with { OccurredAt = at });
}
