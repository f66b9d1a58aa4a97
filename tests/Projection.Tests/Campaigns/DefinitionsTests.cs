using QrPlatform.Events;
using QrPlatform.Projection.Tests.Scans;

namespace QrPlatform.Projection.Tests.Campaigns;

public sealed class DefinitionsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Gives_the_same_rows_for_any_order_and_any_pages(int seed)
    {
        var random = new Random(seed);
        await using var log = await Log.CreateAsync();
        var history = History(random, 120);
        var scans = Make.History(random, 60).Select(entry => (entry.Stream, (object)entry.Event));
        var sequences = await log.AppendAsync([.. history.Concat(scans)]);
        await log.ProjectAsync(sequences);
        var expected = await log.DumpAsync();
        Assert.Contains("campaign_cost_day", expected, StringComparison.Ordinal);

        for (var round = 0; round < 3; round++)
        {
            await log.ClearAsync();
            random.Shuffle(sequences);
            for (var start = 0; start < sequences.Length;)
            {
                var page = sequences.Skip(start).Take(random.Next(1, round == 0 ? 4 : 50)).ToArray();
                start += page.Length;
                await log.ProjectAsync(page);
            }

            Log.AssertSame(expected, await log.DumpAsync());
            await log.AssertRebuildFindsTheSameAsync(connections: round + 1, pageSize: random.Next(3, 90));
        }

        await log.RebuildAsync();
        Log.AssertSame(expected, await log.DumpAsync());
    }

    [Theory]
    [InlineData("100.00", 2, 3, "33.34 33.33 33.33")]
    [InlineData("-0.05", 2, 4, "-0.02 -0.01 -0.01 -0.01")]
    [InlineData("0.02", 2, 3, "0.01 0.01 0.00")]
    [InlineData("100", 0, 3, "34 33 33")]
    [InlineData("1.001", 3, 2, "0.501 0.500")]
    [InlineData("9999999999999.99", 2, 1, "9999999999999.99")]
    public async Task Spreads_a_cost_evenly_over_its_days_with_the_remainder_on_the_first_ones(string amount, int digits, int days, string shares)
    {
        await using var log = await Log.CreateAsync();
        await log.ProjectAsync(await log.AppendAsync(("c-a", Cost("a", "1", new(2024, 2, 28), days, decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), digits))));
        Assert.Equal(shares.Split(' '), await log.ColumnAsync("select amount::text from projection.campaign_cost_day order by day"));
        Assert.Equal([amount], await log.ColumnAsync("select sum(amount)::text from projection.campaign_cost_day"));
        Assert.Equal(["2024-02-28"], await log.ColumnAsync("select min(day)::text from projection.campaign_cost_day"));
    }

    [Fact]
    public async Task What_was_described_is_a_member_without_a_scan_and_names_scans_from_then_on()
    {
        await using var log = await Log.CreateAsync();
        await log.ApplyAsync(("s-1", Make.Event<ScanRecorded>("1", TimeSpan.Zero, e => e with { QrCodeId = "scanned", Campaign = new Campaign("a", "From events", null, "PRINT", "Retail", "SALES") })));
        await log.ProjectAsync(await log.AppendAsync(
            ("c-a", new CampaignDefined { CampaignId = "a", Name = "Described", Channel = "TV", BusinessUnit = "North", Budget = new Money(10.50m, "USD") }),
            ("c-b", new CampaignDefined { CampaignId = "b", Name = "Never scanned", Target = new CampaignTarget("total_scans", 5) }),
            ("c-c", Cost("c", "1", new(2025, 1, 1), 2, 5, 2)),
            ("q-poster", new QrCodeDefined { QrCodeId = "poster", Name = "Poster", CampaignId = "b" }),
            ("p-1", new PlacementDefined { PlacementId = "1", Name = "Station", QrCodeId = "poster", Kind = "POSTER", Site = new Site("DE", null, "Berlin", 52.52513, 13.36942) }),
            ("p-2", new PlacementDefined { PlacementId = "2", Name = "Airport", QrCodeId = "poster" }),
            ("p-2", new PlacementStateChanged { PlacementId = "2", State = PlacementState.Installed, At = Make.Noon }),
            ("p-1", new PlacementStateChanged { PlacementId = "1", State = PlacementState.Removed, At = Make.Noon.AddDays(9) }),
            ("p-1", new PlacementStateChanged { PlacementId = "1", State = PlacementState.Printed, At = Make.Noon })));

        const string campaigns = "select concat_ws('|', campaign_id, campaign_name, channel_type, content_category, business_unit, budget, target_metric, is_described::text) from bi_query.campaign order by 1";
        Assert.Equal(["a|Described|TV|Retail|North|10.50|true", "b|Never scanned|total_scans|true", "c|false"], await log.ReadAsync(campaigns));
        Assert.Equal(["Described|North"], await log.ReadAsync("select campaign_name || '|' || business_unit from bi_query.event"));
        Assert.Equal(["Described"], await log.ReadAsync("select campaign_name from bi.qr_scan_events"));
        Assert.Equal(
            ["1|removed|false|52.53|Berlin", "2|installed|true"],
            await log.ReadAsync("select concat_ws('|', placement_id, state, (installed_at is not null)::text, location_lat, city) from bi_query.placement order by 1"));
        Assert.Equal(
            ["poster|Poster|b|2|2|installed", "scanned|0"],
            await log.ReadAsync("select concat_ws('|', qr_code_id, qr_code_name, campaign_id, placements, placement_id, placement_state) from bi.dim_qr_code order by 1"));
        Assert.Equal(["2.50|USD|5|2"], await log.ReadAsync("select concat_ws('|', min(amount), min(currency), min(original_amount), count(*)) from bi.fact_campaign_cost"));

        // A reader of one campaign sees what belongs to it: neither others' costs nor their codes and placements.
        Assert.Equal(["c|false"], await log.ReadAsync(campaigns, """["c"]"""));
        Assert.Equal(["2"], await log.ReadAsync("select count(*)::text from bi.fact_campaign_cost", """["c"]"""));
        Assert.Equal(["0"], await log.ReadAsync("select count(*)::text from bi.fact_campaign_cost", """["b"]"""));
        Assert.Equal(["1", "2"], await log.ReadAsync("select placement_id from bi.dim_placement order by 1", """["b"]"""));
        Assert.Equal(["0"], await log.ReadAsync("select (select count(*) from bi.dim_placement) + (select count(*) from bi.dim_qr_code) || ''", """["c"]"""));
    }

    private static CampaignCostRecorded Cost(string campaign, string id, DateOnly from, int days, decimal amount, int digits) => new()
    {
        CampaignId = campaign,
        CostId = id,
        From = from,
        To = from.AddDays(days - 1),
        Amount = new Money(amount, "USD"),
        ReportingAmount = new Money(amount, "USD"),
        MinorUnitDigits = digits,
    };

    private static List<(string Stream, object Event)> History(Random random, int count)
    {
        var made = new List<(string, object)>();
        var costs = new List<(string Campaign, string Id)>();
        for (var i = 0; i < count; i++)
        {
            var id = $"{random.Next(4)}";
            made.Add(random.Next(9) switch
            {
                0 => ($"c-{id}", new CampaignDefined { CampaignId = id, Name = $"First {i}" }),
                1 => ($"c-{id}", new CampaignChanged { CampaignId = id, Name = $"Name {i}", Channel = "TV", Budget = new Money(i, "USD") }),
                2 or 3 when AddCost(costs, id, i) => ($"c-{id}", Cost(id, $"{i}", new DateOnly(2025, 1, 1).AddDays(random.Next(60)), random.Next(1, 40), random.Next(-500, 50_000) / 100m, 2)),
                4 when costs.Count > 2 && costs[random.Next(costs.Count)] is var gone => ($"c-{gone.Campaign}", new CampaignCostRemoved { CampaignId = gone.Campaign, CostId = gone.Id }),
                5 => ($"q-{id}", new QrCodeDefined { QrCodeId = id, Name = $"Code {i}", CampaignId = $"{random.Next(4)}" }),
                6 => ($"p-{id}", new PlacementDefined { PlacementId = id, Name = $"Place {i}", QrCodeId = $"{random.Next(4)}" }),
                7 => ($"p-{id}", new PlacementMoved { PlacementId = id, Name = $"Place {i}", QrCodeId = id, Site = new Site("US", null, $"City {i}", 1.5, 2.25), TimeZone = i % 2 == 0 ? "Asia/Tokyo" : null }),
                _ => ($"p-{id}", new PlacementStateChanged { PlacementId = id, State = (PlacementState)random.Next(6), At = Make.Noon.AddHours(random.Next(50)) }),
            });
        }

        return made;
    }

    private static bool AddCost(List<(string Campaign, string Id)> costs, string campaign, int number)
    {
        costs.Add((campaign, $"{number}"));
        return true;
    }
}
