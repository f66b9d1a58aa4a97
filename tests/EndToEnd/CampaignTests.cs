using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using QrPlatform.EndToEnd.Data;

namespace QrPlatform.EndToEnd;

[Collection(StackCollection.Name)]
public sealed class CampaignTests(Stack stack)
{
    private const string From = "2023-02-01", To = "2023-02-28";

    [Fact]
    public async Task Follows_a_campaign_from_its_description_and_costs_to_its_return()
    {
        using var admin = await stack.SignInAsync("admin");
        await PutAsync(admin, "/v1/campaigns/camp-e2e", new { name = "Winter", channel = "PRINT", businessUnit = "North", budget = 500, target = new { metric = "campaign_roi", value = 50 } });
        await PutAsync(admin, "/v1/qr-codes/cam-poster", new { name = "Poster", campaignId = "camp-e2e", targetUrl = "https://example.com/winter" });
        await PutAsync(admin, "/v1/placements/cam-station", new { name = "Station", qrCodeId = "cam-poster", kind = "POSTER", country = "US", city = "Oakland", latitude = 37.80437, longitude = -122.2708 });
        await PutAsync(admin, "/v1/qr-codes/cam-waiting", new { name = "Waiting", campaignId = "camp-e2e" });
        await PutAsync(admin, "/v1/placements/cam-waiting", new { name = "Printer", qrCodeId = "cam-waiting" });
        var installed = await admin.PostAsJsonAsync("/v1/placements/cam-station/lifecycle", new { state = "installed", at = "2023-01-31T08:00:00Z" });
        Assert.Equal(HttpStatusCode.OK, installed.StatusCode);

        // The second time changes nothing.
        for (var round = 0; round < 2; round++)
        {
            Assert.True((await admin.PostAsJsonAsync("/v1/campaigns/camp-e2e/costs", new { id = "print", from = From, to = To, amount = 100, currency = "USD" })).IsSuccessStatusCode);
            Assert.True((await admin.PostAsJsonAsync("/v1/campaigns/camp_holiday_2025/costs", new { id = "e2e", from = From, to = From, amount = 7 })).IsSuccessStatusCode);
        }

        using var door = stack.WithBearer(Door.DemoKey);
        var at = new DateTimeOffset(2023, 2, 10, 20, 0, 0, TimeSpan.Zero);
        var scan = new Event { EventId = "cam-1", Timestamp = at, EventType = "SCAN", QrCodeId = "cam-poster", VisitorId = "cam-v", SessionId = "cam-s", CampaignContext = new Campaign("camp-e2e", "From the event", null, "PRINT") };
        await Door.SendAsync(door, [scan, scan with { EventId = "cam-2", Timestamp = at.AddMinutes(9), EventType = "CUSTOMER", BehaviorMetrics = new Behavior { RevenueAttribution = 175 } }], new Random(1));
        await stack.DrainAsync("admin");

        var total = await Stack.QueryAsync(admin, new
        {
            metrics = new[] { "cost", "revenue", "campaign_roi", "cost_per_acquisition" },
            dimensions = new[] { "campaign_name" },
            filters = new[] { new { dimension = "campaign_id", @operator = "eq", values = new[] { "camp-e2e" } } },
            dateRange = new { from = From, to = To },
        });
        Assert.Equal(["Winter 100 175 75 100"], Rows(total));
        var first = await Stack.QueryAsync(admin, new { metrics = new[] { "cost" }, dimensions = new[] { "day", "campaign_id" }, dateRange = new { from = From, to = "2023-02-02" } });
        Assert.Equal(["2023-02-01 camp-e2e 3.58", "2023-02-01 camp_holiday_2025 7", "2023-02-02 camp-e2e 3.58"], Rows(first));
        using var refused = await admin.PostAsJsonAsync("/v1/query", new { metrics = new[] { "cost" }, dimensions = new[] { "country" }, dateRange = new { from = From, to = To } });
        Assert.Equal("not_at_this_grain", (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());

        await ReadViewsAsync();
        using var marketer = await stack.SignInAsync("marketer");
        Assert.Equal(7m, await Stack.NumberAsync(marketer, "cost", From, To));
        Assert.Equal(HttpStatusCode.Forbidden, (await marketer.PutAsJsonAsync("/v1/campaigns/camp-e2e", new { name = "Mine" })).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await marketer.GetAsync("/v1/campaigns/camp-e2e")).StatusCode);
    }

    private async Task ReadViewsAsync()
    {
        Assert.Equal(["28|100.00|USD"], await ReadAsync("bi_demo", "select concat_ws('|', count(*), sum(amount), min(currency)) from bi.fact_campaign_cost where campaign_id = 'camp-e2e'"));
        Assert.Equal(["Winter|PRINT|North|500|campaign_roi"], await ReadAsync("bi_demo", "select concat_ws('|', campaign_name, channel_type, business_unit, budget, target_metric) from bi.dim_campaign where campaign_id = 'camp-e2e'"));
        Assert.Equal(
            ["cam-poster|Poster|Station|Oakland|installed", "cam-waiting|Waiting|Printer|designed"],
            await ReadAsync("bi_demo", "select concat_ws('|', qr_code_id, qr_code_name, placement_name, city, placement_state) from bi.dim_qr_code where qr_code_id like 'cam-%' order by 1"));
        Assert.Equal(["37.80 -122.27"], await ReadAsync("bi_demo", "select location_lat || ' ' || location_lng from bi.dim_placement where placement_id = 'cam-station'"));

        Assert.Equal(["camp_holiday_2025"], await ReadAsync("bi_demo_marketer", "select distinct campaign_id from bi.fact_campaign_cost"));
        Assert.Empty(await ReadAsync("bi_demo_marketer", "select campaign_id from bi.dim_campaign where campaign_id = 'camp-e2e'"));
        Assert.Empty(await ReadAsync("bi_demo_marketer", "select placement_id from bi.dim_placement where placement_id like 'cam-%' union all select qr_code_id from bi.dim_qr_code where qr_code_id like 'cam-%'"));
        Assert.Empty(await ReadAsync(
            "bi_acme",
            """
            select campaign_id from bi.fact_campaign_cost where cost_id in ('print', 'e2e')
            union all select placement_id from bi.dim_placement where placement_id like 'cam-%'
            """));
    }

    private static async Task PutAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PutAsJsonAsync(path, body);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
    }

    private static IReadOnlyList<string> Rows(JsonElement answer) => [.. answer.GetProperty("rows").EnumerateArray().Select(row =>
        string.Join(' ', row.EnumerateArray().Select(cell => cell.ValueKind == JsonValueKind.Number ? cell.GetDecimal().ToString("0.##", CultureInfo.InvariantCulture) : cell.ToString())))];

    private async Task<IReadOnlyList<string>> ReadAsync(string login, string sql)
    {
        await using var connection = await stack.ConnectAsync(login);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync()) values.Add(reader.GetString(0));
        return values;
    }
}
