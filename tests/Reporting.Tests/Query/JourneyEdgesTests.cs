using QrPlatform.Events;
using QrPlatform.Reporting.Tests.Data;
using QrPlatform.Reporting.Tests.Hosting;

namespace QrPlatform.Reporting.Tests.Query;

/// <summary>Who counts in which step, where markets and audiences begin: on the limits, and a moment beyond them.</summary>
public sealed class JourneyEdgesTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2025, 3, 7, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Steps = ["unique_visitors", "landed_visitors", "engaged_visitors", "lead_visitors", "customer_visitors"];

    private readonly Guid _ann = Guid.NewGuid(), _ben = Guid.NewGuid();
    private int _number;

    private RunningReporting Reporting { get; set; } = null!;

    public async Task InitializeAsync() => Reporting = await RunningReporting.StartAsync();

    public async Task DisposeAsync() => await Reporting.DisposeAsync();

    [Fact]
    public async Task A_step_counts_from_the_step_before_until_30_days_of_24_hours_after_the_scan()
    {
        // Everything at one instant is in order; daylight saving begins in between, so 30 days end an hour later by the clock.
        var last = Start.AddHours(720);
        await AddAsync(_ann, ("SCAN", Start), ("LANDING_VIEW", Start), ("ENGAGEMENT", last), ("LEAD", last), ("CUSTOMER", last));
        await AddAsync(_ben, ("SCAN", Start), ("LANDING_VIEW", Start.AddSeconds(1)), ("ENGAGEMENT", last.AddMilliseconds(1)), ("LEAD", last));
        Assert.Equal("2,2,1,1,1", await FunnelAsync());
    }

    [Fact]
    public async Task Steps_out_of_order_before_the_scan_of_tests_or_of_nobody_do_not_count()
    {
        await AddAsync(_ann, ("LANDING_VIEW", Start.AddSeconds(-1)), ("SCAN", Start), ("LEAD", Start.AddSeconds(2)), ("ENGAGEMENT", Start.AddSeconds(3)), ("LANDING_VIEW", Start.AddSeconds(5)));
        await AddAsync(null, ("SCAN", Start), ("LANDING_VIEW", Start.AddSeconds(1)));
        var test = Made("LANDING_VIEW", Start.AddSeconds(1), _ben) with { IsTest = true };
        await Reporting.Log.AddAsync(Made("SCAN", Start, _ben), test);
        Assert.Equal("2,1,0,0,0", await FunnelAsync());
    }

    [Fact]
    public async Task A_step_that_arrives_late_and_an_earlier_scan_move_the_visitor_and_another_campaigns_step_counts()
    {
        await AddAsync(_ann, ("SCAN", Start), ("LANDING_VIEW", Start.AddDays(2)), ("LEAD", Start.AddDays(3)));
        Assert.Equal("1,1,0,0,0", await FunnelAsync());

        var elsewhere = new Campaign("camp_other", null, null, null, null, null);
        await Reporting.Log.AddAsync(Made("SCAN", Start.AddDays(2), _ann) with { Stream = "other", Campaign = elsewhere }, Made("ENGAGEMENT", Start.AddDays(2).AddMinutes(5), _ann) with { Stream = "other" });
        Assert.Equal("1,1,1,1,0", await FunnelAsync());

        // Now the earlier scan is the first, and its 30 days end with the landing view; of March alone the later one still is.
        await AddAsync(_ann, ("SCAN", Start.AddDays(-28)));
        Assert.Equal("1,1,0,0,0", await FunnelAsync());
        var byMonth = await Reporting.QueryAsync(new { metrics = new[] { "lead_visitors" }, dimensions = new[] { "month" }, dateRange = MetricsTests.Range(new(2025, 2, 1), new(2025, 3, 31)) });
        Assert.Equal(["2025-02 0", "2025-03 1"], byMonth.Rows.Select(row => $"{row[0]} {row[1]}"));
    }

    [Fact]
    public async Task A_place_is_a_market_from_its_first_day_with_10_scans()
    {
        await AddAsync(_ann, [.. Scans(Start, 9)]);
        await AddAsync(_ann, [.. Scans(Start.AddDays(3), 10)]);
        await AddAsync(_ann, [.. Scans(Start.AddDays(9), 12)]);
        var days = await Reporting.QueryAsync(new { metrics = new[] { "new_countries", "new_regions" }, dimensions = new[] { "day", "country" }, dateRange = MetricsTests.Range(new(2025, 1, 1), new(2025, 12, 31)) });
        Assert.Equal(["2025-03-10 US 1 1"], days.Rows.Select(row => string.Join(' ', row)));

        // The tenth scan of the first day was late.
        await AddAsync(_ann, ("SCAN", Start.AddMinutes(1)));
        days = await Reporting.QueryAsync(new { metrics = new[] { "new_regions" }, dimensions = new[] { "day", "region" }, dateRange = MetricsTests.Range(new(2025, 1, 1), new(2025, 12, 31)) });
        Assert.Equal(["2025-03-07 California 1"], days.Rows.Select(row => string.Join(' ', row)));
        Assert.Equal(0, (await Reporting.QueryAsync(new { metrics = new[] { "new_countries" }, dateRange = MetricsTests.Range(new(2025, 3, 8), new(2025, 12, 31)) })).Single);
    }

    [Fact]
    public async Task Penetration_is_of_campaigns_with_an_audience_in_each_period_and_shows_when_it_passes_100()
    {
        await Reporting.Log.DefineAsync(
            ("demo", "c-1", new CampaignDefined { CampaignId = "camp_1", Name = "One", Channel = "TV", Target = new CampaignTarget("unique_visitors", 4) }),
            ("demo", "c-2", new CampaignDefined { CampaignId = "camp_2", Name = "Two", Channel = "RADIO", Target = new CampaignTarget("unique_visitors", 1) }),
            ("demo", "c-3", new CampaignDefined { CampaignId = "camp_3", Name = "Three", Target = new CampaignTarget("revenue", 5) }));
        await AddAsync(_ann, "camp_1", ("SCAN", Start), ("RESCAN", Start.AddDays(1)));
        await AddAsync(_ben, "camp_1", ("SCAN", Start.AddDays(40)));
        await AddAsync(_ann, "camp_2", ("SCAN", Start), ("SCAN", Start.AddDays(40)));
        await AddAsync(_ben, "camp_2", ("SCAN", Start));
        await AddAsync(Guid.NewGuid(), "camp_3", ("SCAN", Start));
        async Task<IEnumerable<string>> AskAsync(params string[] dimensions) =>
            (await Reporting.QueryAsync(new { metrics = new[] { "market_penetration", "target_audience" }, dimensions, dateRange = MetricsTests.Range(new(2025, 3, 1), new(2025, 4, 30)) }))
            .Rows.Select(row => string.Join(' ', row));

        Assert.Equal(["camp_1 TV 50 4", "camp_2 RADIO 200 1"], await AskAsync("campaign_id", "channel_type"));
        Assert.Equal(["40 5"], await AskAsync());
        Assert.Equal(["2025-03 camp_1 25 4", "2025-03 camp_2 200 1", "2025-04 camp_1 25 4", "2025-04 camp_2 100 1"], await AskAsync("month", "campaign_id"));
        Assert.Equal(["2025-03 40 5", "2025-04 40 5"], await AskAsync("month"));
    }

    private static IEnumerable<(string, DateTimeOffset)> Scans(DateTimeOffset at, int count) => Enumerable.Range(0, count).Select(i => ("SCAN", at.AddMinutes(i)));

    private async Task<string> FunnelAsync() =>
        string.Join(',', (await Reporting.QueryAsync(new { metrics = Steps, dateRange = MetricsTests.Range(new(2025, 2, 1), new(2025, 3, 31)) })).Rows.Single());

    private Task AddAsync(Guid? visitor, params (string Kind, DateTimeOffset At)[] events) => AddAsync(visitor, "camp_1", events);

    private Task AddAsync(Guid? visitor, string campaign, params (string Kind, DateTimeOffset At)[] events) =>
        Reporting.Log.AddAsync([.. events.Select(e => Made(e.Kind, e.At, visitor) with { Stream = $"{visitor}-{campaign}", Campaign = new Campaign(campaign, null, null, null, null, null) })]);

    private TestEvent Made(string kind, DateTimeOffset at, Guid? visitor) => new()
    {
        Stream = $"{visitor}",
        Id = $"e-{_number++:D4}",
        Kind = kind,
        At = at,
        Visitor = visitor,
        Place = new Place(37.77, -122.42, "San Francisco", "California", "US", "city"),
        Conversions = kind is "LEAD" or "CUSTOMER" ? [kind] : null,
    };
}
