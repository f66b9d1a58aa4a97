using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using QrPlatform.EndToEnd.Data;
using QrPlatform.Testing;

namespace QrPlatform.EndToEnd;

[Collection(StackCollection.Name)]
public sealed class RebuildTests(Stack stack)
{
    private const string Path = "/v1/projections/rebuilds";

    [Fact]
    public async Task Rows_changed_by_hand_are_reported_and_corrected_while_events_go_on_coming_in()
    {
        using var administrator = await stack.SignInAsync("admin");
        await SendAsync("reb-1");
        await stack.DrainAsync("admin");
        await stack.ScalarAsync<int>("delete from projection.visitor_cell where campaign_id = 'reb-1'");

        using var asked = await administrator.PostAsync(Path, null);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        await SendAsync("reb-2");
        var first = await WaitAsync(administrator, asked.Headers.Location!);
        await stack.DrainAsync("admin");

        Assert.Equal("visitor_cell", Assert.Single(Differing(first)));
        Assert.Equal("All rows are those that the event log gives.", (await CommandAsync()).Trim());
        Assert.Equal(1, await stack.ScalarAsync<long>("select unique_visitors from bi.campaign_daily_summary where campaign_id = 'reb-1'", "bi_demo"));
        Assert.Equal(1, await stack.ScalarAsync<long>("select unique_visitors from bi.campaign_daily_summary where campaign_id = 'reb-2'", "bi_demo"));
    }

    [Fact]
    public async Task Only_administrators_and_operators_may_rebuild_and_nobody_sees_another_tenants_rows()
    {
        foreach (var (user, expected) in new[] { ("analyst", HttpStatusCode.Forbidden), ("compliance", HttpStatusCode.Forbidden), ("operator", HttpStatusCode.OK), ("admin@acme", HttpStatusCode.OK) })
        {
            using var client = await stack.SignInAsync(user);
            Assert.Equal(expected, (await client.GetAsync(Path)).StatusCode);
            if (expected == HttpStatusCode.Forbidden) Assert.Equal(expected, (await client.PostAsync(Path, null)).StatusCode);
        }

        using var other = await stack.SignInAsync("admin@acme");
        using var asked = await other.PostAsync(Path, null);
        var result = await WaitAsync(other, asked.Headers.Location!);
        using var demo = await stack.SignInAsync("operator");
        var seen = await demo.GetFromJsonAsync<JsonElement>(asked.Headers.Location!);

        Assert.Equal("admin@acme", result.GetProperty("requestedBy").GetString());
        Assert.Equal(JsonValueKind.Null, seen.GetProperty("requestedBy").ValueKind);
        Assert.Equal(HttpStatusCode.NotFound, (await demo.GetAsync($"{Path}/{Guid.NewGuid()}")).StatusCode);
        using var anonymous = new HttpClient { BaseAddress = demo.BaseAddress };
        Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.PostAsync(Path, null)).StatusCode);
    }

    private async Task SendAsync(string campaign)
    {
        using var door = stack.WithBearer(Door.DemoKey);
        var scan = new Event
        {
            EventId = $"{campaign}-scan",
            Timestamp = new DateTimeOffset(2023, 2, 1, 12, 0, 0, TimeSpan.Zero),
            EventType = "SCAN",
            QrCodeId = "reb-code",
            VisitorId = $"{campaign}-visitor",
            CampaignContext = new Campaign(campaign, "Name", null, null),
        };
        await Door.SendAsync(door, [scan], new Random(1), 1);
    }

    private static async Task<JsonElement> WaitAsync(HttpClient client, Uri location)
    {
        JsonElement last = default;
        await Eventually.TrueAsync(
            async () => (last = await client.GetFromJsonAsync<JsonElement>(location)).GetProperty("status").GetString() is "completed" or "failed", "the rebuild ends", TimeSpan.FromMinutes(2));
        Assert.Equal("completed", last.GetProperty("status").GetString());
        return last;
    }

    private static IEnumerable<string> Differing(JsonElement rebuild) => rebuild.GetProperty("tables").EnumerateArray()
        .Where(table => table.GetProperty("missing").GetInt64() + table.GetProperty("unexpected").GetInt64() > 0).Select(table => table.GetProperty("name").GetString()!);

    private async Task<string> CommandAsync()
    {
        using var client = await stack.SignInAsync("admin");
        using var command = Process.Start(new ProcessStartInfo(Repository.PathOf("deploy", "rebuild"))
        {
            RedirectStandardOutput = true,
            Environment = { ["QR_GATEWAY_URL"] = client.BaseAddress!.ToString().TrimEnd('/') },
        })!;
        var output = await command.StandardOutput.ReadToEndAsync();
        await command.WaitForExitAsync();
        Assert.Equal(0, command.ExitCode);
        return output;
    }
}
