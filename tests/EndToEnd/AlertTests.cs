using System.Net.Http.Json;
using System.Text.Json;
using QrPlatform.EndToEnd.Data;
using QrPlatform.Testing;

namespace QrPlatform.EndToEnd;

[Collection(StackCollection.Name)]
public sealed class AlertTests(Stack stack)
{
    [Fact]
    public async Task Fires_and_resolves_on_real_events_with_the_query_apis_number()
    {
        // Five quarters of an hour, complete long ago; the third and fourth are nearly empty.
        var now = TimeProvider.System.GetUtcNow().UtcTicks;
        var start = new DateTimeOffset(now - (now % TimeSpan.FromMinutes(15).Ticks), TimeSpan.Zero).AddMinutes(-15 * 9);
        int[] scans = [12, 11, 2, 1, 14];
        var events = scans.SelectMany((count, quarter) => Enumerable.Range(0, count).Select(i => new Event
        {
            EventId = $"alert-{quarter}-{i}",
            Timestamp = start.AddMinutes((15 * quarter) + (i % 15)),
            EventType = "SCAN",
            QrCodeId = "qr_alert",
        })).ToList();
        using var door = stack.WithBearer(Door.AcmeKey);
        await Door.SendAsync(door, events, new Random(3));
        await stack.DrainAsync("admin@acme");

        using var admin = await stack.SignInAsync("admin@acme");
        using var answer = await admin.PutAsJsonAsync("/v1/alerts/rules/quiet-code", new
        {
            name = "The code went quiet",
            metric = "total_scans",
            filters = new[] { new { dimension = "qr_code_id", @operator = "eq", values = new[] { "qr_alert" } } },
            interval = "15m",
            condition = new { @operator = "lt", threshold = 5, recoveryThreshold = 10 },
            severity = "warning",
            notify = new { emails = new[] { "ops@example.com" } },
            evaluateFrom = start,
        });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());

        // After the last of them nobody scans: the rule opens a second incident, rightly.
        JsonElement resolved = default;
        await Eventually.TrueAsync(async () =>
        {
            var list = await admin.GetFromJsonAsync<JsonElement>("/v1/alerts/incidents?state=resolved&ruleId=quiet-code");
            if (list.GetProperty("incidents").GetArrayLength() == 0) return false;
            resolved = Assert.Single(list.GetProperty("incidents").EnumerateArray());
            return true;
        }, "the incident is resolved", TimeSpan.FromSeconds(60));

        JsonElement incident = default;
        await Eventually.TrueAsync(async () =>
        {
            incident = await admin.GetFromJsonAsync<JsonElement>($"/v1/alerts/incidents/{resolved.GetProperty("id").GetString()}");
            return incident.GetProperty("deliveries").EnumerateArray().All(delivery => delivery.GetProperty("state").GetString() == "not_configured");
        }, "mails are reported as not configured");
        Assert.Equal(2, incident.GetProperty("deliveries").GetArrayLength());
        var readings = incident.GetProperty("history").EnumerateArray().Select(e => e.GetProperty("data")).Where(data => data.TryGetProperty("reading", out _)).Select(data => data.GetProperty("reading").GetProperty("value").GetInt32());
        Assert.Equal([2, 1, 14], readings);
    }
}
