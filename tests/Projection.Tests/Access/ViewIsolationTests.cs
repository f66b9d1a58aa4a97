using QrPlatform.Events;
using QrPlatform.Projection.Rollups;
using QrPlatform.Projection.Tests.Scans;

namespace QrPlatform.Projection.Tests.Access;

/// <summary>
/// The isolation probe of the database: every published view, as its catalogue has it, read by every kind of reader. What is foreign must make no
/// difference: each reader sees the same before and after it arrives, the same visitors, codes and places in it included.
/// </summary>
public sealed class ViewIsolationTests : IAsyncLifetime
{
    private const string Granted = "granted", Other = "other";

    private readonly List<Reader> _readers = [];
    private Log _log = null!;
    private Reader _tenant = null!, _campaign = null!;

    public async Task InitializeAsync()
    {
        _log = await Log.CreateAsync();
        await _log.ExecuteAsync("insert into projection.tenant values ('acme', 'Acme', 'UTC', 'USD')");
        _tenant = Add(await Reader.LoginAsync(_log, "demo"));
        _campaign = Add(await Reader.LoginAsync(_log, "demo", Granted));
        await AddEventsAsync("demo", Granted, "mine");
    }

    public async Task DisposeAsync()
    {
        foreach (var reader in _readers)
        {
            await reader.DisposeAsync();
            if (reader.Login.Length > 0) await _log.ExecuteAsync($"select projection.remove_bi_login('{reader.Login}', 'test')");
        }

        await _log.DisposeAsync();
    }

    [Fact]
    public async Task Every_published_relation_is_known_and_guarded_by_policies()
    {
        var probe = new ViewProbe(_log);
        Assert.Empty(await probe.UnknownAsync());
        Assert.Empty(await probe.UnguardedAsync());
    }

    [Fact]
    public async Task Another_tenants_or_campaigns_rows_make_no_difference_to_any_reader()
    {
        var probe = new ViewProbe(_log);
        Reader[] ofTenant = [_tenant, Add(Reader.Service(_log, "demo", "all"))];
        Reader[] ofCampaign = [_campaign, Add(Reader.Service(_log, "demo", $"[\"{Granted}\"]"))];
        Reader[] ofNothing =
        [
            Add(Reader.Service(_log, null, null)), Add(Reader.Service(_log, "", "all")), Add(Reader.Service(_log, "nobody", "all")),
            Add(Reader.Service(_log, null, "all")), Add(await Reader.LoginAsync(_log, "demo", "nothing")),
        ];

        var before = await DumpsAsync(probe, ofCampaign, isLimited: true);
        foreach (var (view, row) in ViewTable.Rows.Where(row => row.Value.LimitedSees))
            Assert.True(before[1][view].Count > 0, $"{view} shows a limited reader nothing, and so proves nothing.");
        await AddEventsAsync("demo", Other, "other");
        AssertSame(before, await DumpsAsync(probe, ofCampaign, isLimited: true));

        var tenants = await DumpsAsync(probe, ofTenant, isLimited: false);
        foreach (var view in ViewTable.Rows.Keys.Where(view => view is not ("bi.removed_row" or "bi_query.fact_removal" or "bi_query.removed_scan" or "bi_query.unconsented")))
            Assert.True(tenants[1][view].Count > 0, $"{view} shows a tenant nothing, and so proves nothing.");
        await AddEventsAsync("acme", Granted, "acme");
        AssertSame(tenants, await DumpsAsync(probe, ofTenant, isLimited: false));
        AssertSame(before, await DumpsAsync(probe, ofCampaign, isLimited: true));

        foreach (var reader in ofNothing[..^1])
            Assert.Empty((await probe.DumpAsync(reader, isLimited: false)).Where(view => view.Value.Count > 0).Select(view => view.Key));
        Assert.Equal(["bi.dim_date", "bi.relationship"], (await probe.DumpAsync(ofNothing[^1], isLimited: true)).Where(view => view.Value.Count > 0).Select(view => view.Key));
    }

    [Fact]
    public async Task A_readers_own_condition_sees_no_value_that_the_reader_does_not()
    {
        await AddEventsAsync("demo", Other, "other");
        await AddEventsAsync("acme", Granted, "acme");
        var probe = new ViewProbe(_log);
        Assert.Empty(await probe.LeaksAsync(_campaign));
        Assert.Empty(await probe.LeaksAsync(_tenant));
    }

    [Fact]
    public async Task A_view_without_security_is_noticed_four_times()
    {
        var probe = new ViewProbe(_log);
        var before = await DumpsAsync(probe, [_campaign], isLimited: true);
        await _log.ExecuteAsync(
            """
            create view bi.open as select event_id, campaign_id, tenant_id from projection.event_fact;
            create materialized view bi.copied as select event_id from projection.event_fact;
            create table projection.unguarded (tenant_id text);
            grant select on projection.unguarded to bi_owner;
            grant select on bi.open, bi.copied to bi_reader;
            alter view bi.dim_qr_code set (security_barrier = false)
            """);
        await AddEventsAsync("demo", Other, "other");
        await AddEventsAsync("acme", Granted, "acme");

        Assert.Equal(2, (await probe.UnknownAsync()).Count());
        Assert.Equal(
            ["bi.copied is not a view that bi_owner owns", "bi.open is not a view that bi_owner owns", "projection.unguarded can be read by views, and does not force its policies"],
            (await probe.UnguardedAsync()).Order(StringComparer.Ordinal));
        Assert.Contains((await probe.DumpAsync(_campaign, isLimited: true))["bi.open"], row => row.Contains("acme", StringComparison.Ordinal));
        Assert.NotEmpty(await probe.LeaksAsync(_campaign));
        Assert.False(before[0].ContainsKey("bi.open"));
    }

    private static async Task<Dictionary<string, IReadOnlyList<string>>[]> DumpsAsync(ViewProbe probe, Reader[] readers, bool isLimited)
    {
        var dumps = new List<Dictionary<string, IReadOnlyList<string>>>();
        foreach (var reader in readers) dumps.Add(await probe.DumpAsync(reader, isLimited));
        return [.. dumps];
    }

    private static void AssertSame(Dictionary<string, IReadOnlyList<string>>[] before, Dictionary<string, IReadOnlyList<string>>[] after)
    {
        for (var reader = 0; reader < before.Length; reader++)
        {
            foreach (var (view, rows) in before[reader])
                Assert.True(rows.SequenceEqual(after[reader][view]), $"{view} changed for reader {reader}:\n{string.Join('\n', rows.Except(after[reader][view]).Take(3))}\nis now\n{string.Join('\n', after[reader][view].Except(rows).Take(3))}");
        }
    }

    // The same visitor, code, place and device in every campaign and tenant; names of its own, and an earlier and a later date each time.
    private async Task AddEventsAsync(string tenant, string campaign, string mark)
    {
        var days = mark == "mine" ? 0 : 20;
        var now = TimeProvider.System.GetUtcNow();
        var at = new DateTimeOffset(now.Year, now.Month, 1, 12, 0, 0, TimeSpan.Zero).AddMonths(-1);
        var context = new Campaign(campaign, $"Name {mark}", $"Variant {mark}", "PRINT", $"Category {mark}", $"Goal {mark}");
        T Of<T>(string id, int after) where T : SessionEvent => Make.Event<T>($"{mark}-{id}", TimeSpan.Zero, e => e with
        {
            OccurredAt = at.AddDays(after),
            Visitor = new Guid(1, 0, 0, new byte[8]),
            QrCodeId = "shared-code",
            Campaign = context,
            LeadScore = mark.Length,
            Revenue = new Money(mark.Length, "USD"),
            ReportingRevenue = new Money(mark.Length, "USD"),
            Conversions = [$"GOAL_{mark}"],
            EngagementSeconds = 10,
        });

        // As many scans on one day as make a market, which others reached earlier.
        var market = Enumerable.Range(0, 10).Select(i => ($"s-{mark}-market-{i}", (object)(Of<ScanRecorded>($"market-{i}", -days) with { Place = new Place(1, 2, $"Market {mark}", "Shared region", "MX", null) })));
        var sequences = await _log.AppendAsync([
            .. market,
            ($"c-{tenant}-{campaign}", new CampaignDefined { CampaignId = campaign, Name = $"Name {mark}", Channel = "PRINT", Target = new CampaignTarget("unique_visitors", 10 + mark.Length) }),
            ($"c-{tenant}-{campaign}", new CampaignCostRecorded { CampaignId = campaign, CostId = $"cost-{mark}", From = new(2025, 3, 1), To = new(2025, 3, 1), Amount = new Money(5, "USD"), ReportingAmount = new Money(5, "USD"), MinorUnitDigits = 2 }),
            ($"q-{mark}", new QrCodeDefined { QrCodeId = $"code-{mark}", Name = $"Code {mark}", CampaignId = campaign }),
            ($"p-{mark}", new PlacementDefined { PlacementId = $"place-{mark}", Name = $"Place {mark}", QrCodeId = $"code-{mark}", Site = new Site("US", null, $"Site {mark}", null, null), TimeZone = mark == "mine" ? "Asia/Tokyo" : "Europe/Paris" }),
            ($"p-{mark}", new PlacementStateChanged { PlacementId = $"place-{mark}", State = PlacementState.Installed, At = at }),
            ($"s-{mark}-1", Of<ScanRecorded>("1", 0) with { Place = new Place(1, 2, "Shared city", null, "US", null), Device = new Device("MOBILE", null, "Safari", null) }),
            ($"s-{mark}-2", Of<ScanRecorded>("2", -days) with { Visitor = new Guid(mark.Length, 1, 0, new byte[8]), Place = new Place(1, 2, $"City {mark}", null, "US", null), Device = new Device("MOBILE", $"OS {mark}", "Safari", null) }),
            ($"s-{mark}-3", Of<ScanRecorded>("3", Math.Min(days, 20)) with { QrCodeId = $"scanned-{mark}" }),
            ($"s-{mark}-1", Of<ConversionRecorded>("4", 1)),
            ($"s-{mark}-1", Of<CustomerRecorded>("5", 2)),
        ]);
        if (tenant != "demo")
        {
            await _log.ExecuteAsync(
                $"""
                 insert into events.mt_streams (tenant_id, id, version) select distinct '{tenant}', e.stream_id, s.version from events.mt_events e
                 join events.mt_streams s on s.tenant_id = e.tenant_id and s.id = e.stream_id where e.seq_id >= {sequences[0]} on conflict do nothing;
                 update events.mt_events set tenant_id = '{tenant}' where seq_id >= {sequences[0]}
                 """);
        }

        await _log.ProjectAsync(sequences);
        await MonthSums.RunAsync(_log.Database, TimeSpan.Zero, CancellationToken.None);
    }

    private Reader Add(Reader reader)
    {
        _readers.Add(reader);
        return reader;
    }
}
