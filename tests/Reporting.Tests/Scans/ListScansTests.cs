using System.Text.Json;
using QrPlatform.Events;
using QrPlatform.Reporting.Tests.Data;
using QrPlatform.Reporting.Tests.Hosting;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting.Tests.Scans;

public sealed class ListScansTests : IAsyncLifetime
{
    private RunningReporting _reporting = null!;

    public async Task InitializeAsync() => _reporting = await RunningReporting.StartAsync();

    public async Task DisposeAsync() => await _reporting.DisposeAsync();

    [Fact]
    public async Task A_scan_has_the_seeds_fields_and_its_sessions_totals()
    {
        var visitor = new Guid("6f9619ff-8b86-d011-b42d-00cf4fc964ff");
        var scan = new TestEvent
        {
            Stream = "s-secret-session",
            Id = "evt-1",
            Kind = "SCAN",
            At = new(2025, 11, 25, 14, 30, 0, 123, TimeSpan.Zero),
            Code = "qr_9",
            Visitor = visitor,
            Campaign = new Campaign("camp_1", "Holiday", "B", "OFFLINE_PRINT", "PRODUCT", "LEADS"),
            Place = new Place(37.77, -122.42, "San Francisco", "California", "US", "city"),
            Device = new Device("MOBILE", "iOS 17.1", "Safari", "390x844"),
            LeadScore = 75,
            Engagement = 10.5m,
            PageViews = 3,
            Conversions = ["EMAIL_SIGNUP"],
        };
        await _reporting.Log.AddAsync(
            scan,
            scan with { Id = "evt-2", Kind = "RESCAN", At = scan.At.AddMinutes(5), LeadScore = null, Engagement = null, PageViews = null, Conversions = null, Place = null, Device = null, Visitor = null, Campaign = null },
            scan with { Id = "evt-3", Kind = "ENGAGEMENT", At = scan.At.AddMinutes(6), Engagement = 30, Conversions = null },
            scan with { Id = "evt-4", Kind = "CONVERSION", At = scan.At.AddDays(9), Engagement = null, Conversions = ["PURCHASE", "DEMO_REQUEST"] },
            scan with { Id = "evt-5", Kind = "REVENUE", At = scan.At.AddDays(9), Engagement = null, Conversions = null, Revenue = 100.50m },
            scan with { Id = "evt-6", Kind = "REFUND", At = scan.At.AddDays(12), Engagement = null, Conversions = null, Revenue = -20m });

        var (data, next) = await PageAsync("start_date=2025-11-25&end_date=2025-11-25&limit=10000");
        Assert.Null(next);
        Assert.Equal(
            """{"eventId":"evt-1","timestamp":"2025-11-25T14:30:00.123Z","eventType":"SCAN","qrCodeId":"qr_9","visitorId":"6f9619ff-8b86-d011-b42d-00cf4fc964ff","scanLocation":{"latitude":37.77,"longitude":-122.42,"city":"San Francisco","region":"California","country":"US","accuracy":"city"},"deviceType":"MOBILE","operatingSystem":"iOS 17.1","browserName":"Safari","screenResolution":"390x844","campaignId":"camp_1","campaignName":"Holiday","variant":"B","channelType":"OFFLINE_PRINT","contentCategory":"PRODUCT","conversionGoal":"LEADS","leadScore":75,"engagementDuration":40.5,"pageViews":3,"conversionEvents":["EMAIL_SIGNUP","PURCHASE","DEMO_REQUEST"],"revenueAttribution":80.50,"currency":"USD"}""",
            JsonSerializer.Serialize(data[0], new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal("evt-2", data[1].GetProperty("eventId").GetString());
        Assert.Equal("[] 0", $"{data[1].GetProperty("conversionEvents")} {data[1].GetProperty("revenueAttribution")}");
        Assert.Equal(JsonValueKind.Null, data[1].GetProperty("engagementDuration").ValueKind);
        Assert.Equal(2, data.Count);
    }

    [Fact]
    public async Task Paging_loses_and_doubles_nothing_while_new_and_late_events_arrive()
    {
        var start = new DateTimeOffset(2025, 11, 10, 8, 0, 0, TimeSpan.Zero);
        // Several scans share an instant, so that the page ends between them.
        var there = Enumerable.Range(0, 60).Select(i => Scan($"old-{i:D3}", start.AddMinutes(i / 7))).ToList();
        await _reporting.Log.AddAsync([.. there, Scan("bot", start) with { IsBot = true }, Scan("test", start) with { IsTest = true }]);

        var seen = new List<string>();
        string? cursor = null;
        var pages = 0;
        do
        {
            var (data, next) = await PageAsync("start_date=2025-11-09&end_date=2025-11-11&limit=7" + (cursor is null ? "" : $"&cursor={cursor}"));
            seen.AddRange(data.Select(entry => entry.GetProperty("eventId").GetString()!));
            cursor = next;
            pages++;
            await _reporting.Log.AddAsync(Scan($"late-{pages}", start.AddMinutes(-1)), Scan($"between-{pages}", start.AddMinutes(4)), Scan($"new-{pages}", start.AddMinutes(20)));
        }
        while (cursor is not null);

        Assert.Equal(9, pages);
        Assert.Equal(there.OrderBy(e => e.At).ThenBy(e => e.Id, StringComparer.Ordinal).Select(e => e.Id), seen);
    }

    [Fact]
    public async Task Days_are_the_tenants_and_the_last_thirty_unless_asked_otherwise()
    {
        var now = TimeProvider.System.GetUtcNow();
        await _reporting.Log.AddAsync(
            Scan("before", new(2025, 11, 2, 6, 59, 59, 999, TimeSpan.Zero)), Scan("first", new(2025, 11, 2, 7, 0, 0, TimeSpan.Zero)),
            Scan("last", new(2025, 11, 3, 7, 59, 59, 999, TimeSpan.Zero)), Scan("after", new(2025, 11, 3, 8, 0, 0, TimeSpan.Zero)), Scan("recent", now.AddDays(-29)), Scan("long-ago", now.AddDays(-33)));
        Assert.Equal(["first", "last"], (await PageAsync("start_date=2025-11-02&end_date=2025-11-02")).Data.Select(entry => entry.GetProperty("eventId").GetString()));
        Assert.Equal(["recent"], (await PageAsync("")).Data.Select(entry => entry.GetProperty("eventId").GetString()));
    }

    [Fact]
    public async Task A_tenant_sees_its_own_scans_and_a_limited_user_granted_campaigns_only()
    {
        var at = new DateTimeOffset(2025, 11, 2, 12, 0, 0, TimeSpan.Zero);
        await _reporting.Log.AddAsync(Scan("plain", at), Scan("granted", at) with { Campaign = new("camp_a", null, null, null, null, null) }, Scan("acme", at) with { Tenant = "acme" });
        const string Range = "start_date=2025-11-02&end_date=2025-11-02";
        Assert.Equal(["granted", "plain"], Ids(await PageAsync(Range)));
        Assert.Equal(["acme"], Ids(await PageAsync(Range, _reporting.Token(tenant: "acme"))));
        Assert.Equal(["granted"], Ids(await PageAsync(Range, _reporting.Token(Roles.Analyst, "demo", "camp_a"))));

        // Another tenant's cursor opens nothing.
        var (_, cursor) = await PageAsync(Range + "&limit=1");
        Assert.Equal([], Ids(await PageAsync($"cursor={cursor}", _reporting.Token(tenant: "other"))));
        foreach (var role in new[] { Roles.Executive, Roles.Operator, Roles.ComplianceOfficer })
        {
            using var response = await _reporting.GetAsync("/v1/analytics/scans", _reporting.Token(role));
            Assert.Equal(403, (int)response.StatusCode);
        }
    }

    private async Task<(IReadOnlyList<JsonElement> Data, string? Next)> PageAsync(string parameters, string? token = null)
    {
        using var response = await _reporting.GetAsync("/v1/analytics/scans?" + parameters, token ?? _reporting.Token());
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        var page = JsonDocument.Parse(text).RootElement;
        return ([.. page.GetProperty("data").EnumerateArray()], page.GetProperty("nextCursor").GetString());
    }

    private static IEnumerable<string?> Ids((IReadOnlyList<JsonElement> Data, string? Next) page) => page.Data.Select(entry => entry.GetProperty("eventId").GetString());

    private static TestEvent Scan(string id, DateTimeOffset at) => new() { Stream = $"s-{id}", Id = id, Kind = "SCAN", At = at };
}
