using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using QrPlatform.EndToEnd.Data;
using QrPlatform.Testing;

namespace QrPlatform.EndToEnd;

[Collection(StackCollection.Name)]
public sealed class OutageTests(Stack stack)
{
    private static readonly string[] Parts =
        ["enrichment", "projection", "privacy-compliance", "reporting", "alerting", "ingestion", "redis", "rabbitmq", "postgres", "gateway"];

    [Fact]
    public async Task Counts_every_accepted_event_once_while_each_part_is_killed_in_turn()
    {
        using var door = stack.WithBearer(Door.AcmeKey);
        using var stop = new CancellationTokenSource();
        var accepted = new ConcurrentBag<string>();
        var sender = SendUntilAsync(door, accepted, stop.Token);

        foreach (var part in Parts)
        {
            var before = accepted.Count;
            await Eventually.TrueAsync(() => Task.FromResult(accepted.Count > before), $"events are accepted before {part} is killed", TimeSpan.FromSeconds(60));

            var killedAt = TimeProvider.System.GetUtcNow();
            var victims = RunRecords.Living(stack.DataDirectory, part);
            Assert.True(victims.Count > 0, $"{part} runs");
            foreach (var pid in victims)
            {
                // The broker's processes include its port mapper; all of them go at once.
                try
                {
                    Process.GetProcessById(pid).Kill();
                }
                catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
                {
                    continue; // it went with another
                }
            }

            await Eventually.TrueAsync(async () => (await HealthAsync()) is { Ok: true }, $"the stack heals after {part} was killed", TimeSpan.FromSeconds(90));
            if (part != "gateway")
            {
                await Eventually.TrueAsync(
                    async () => (await HealthAsync()).Parts?.TryGetProperty(part, out var state) == true
                        && state.TryGetProperty("lastOutage", out var outage) && outage.ValueKind == JsonValueKind.Object
                        && outage.GetProperty("from").GetDateTimeOffset() >= killedAt.AddSeconds(-2),
                    $"/health says that {part} was down", TimeSpan.FromSeconds(30));
            }
        }

        await stop.CancelAsync();
        await sender;
        await stack.DrainAsync("admin@acme", TimeSpan.FromMinutes(3));

        using var administrator = await stack.SignInAsync("admin@acme");
        Assert.Equal(accepted.Count, await stack.ScalarAsync<long>("select count(*) from events.mt_events where tenant_id = 'acme' and data->>'QrCodeId' = 'outage'"));
        Assert.Equal(accepted.Count, await stack.ScalarAsync<long>("select count(distinct data->>'EventId') from events.mt_events where tenant_id = 'acme' and data->>'QrCodeId' = 'outage'"));
        Assert.Equal(accepted.Count, await Stack.NumberAsync(administrator, "total_scans", "2024-07-01", "2024-07-31"));
        Assert.Equal(accepted.Count, await stack.ScalarAsync<long>("select count(*) from bi.fact_scan where qr_code_id = 'outage'", "bi_acme"));
    }

    // As a careful client: a batch that was not answered with 202 is sent again until it is.
    private static async Task SendUntilAsync(HttpClient door, ConcurrentBag<string> accepted, CancellationToken stop)
    {
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var batch = Enumerable.Range(0, 20).Select(i => new Event
            {
                EventId = $"outage-{number:D6}-{i:D2}",
                Timestamp = new DateTimeOffset(2024, 7, 2, 12, 0, 0, TimeSpan.Zero).AddMilliseconds(number * 20 + i),
                EventType = "SCAN",
                QrCodeId = "outage",
                SessionId = $"outage-{number}",
                VisitorId = $"outage-{number % 50}",
            }).ToList();
            while (!await TrySendAsync(door, batch)) await Task.Delay(100, CancellationToken.None);
            foreach (var sent in batch) accepted.Add(sent.EventId);
        }
    }

    private static async Task<bool> TrySendAsync(HttpClient door, IReadOnlyList<Event> batch)
    {
        try
        {
            using var answer = await door.PostAsync("/v1/events", Door.Content(batch, 2, gzip: false), CancellationToken.None);
            if (answer.StatusCode == HttpStatusCode.Accepted) return true;
            Assert.True((int)answer.StatusCode is >= 500 or 429, $"a good batch is refused with {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(CancellationToken.None)}");
            return false;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private async Task<(bool Ok, JsonElement? Parts)> HealthAsync()
    {
        using var answer = await stack.Gateway.GetAsync("/health");
        var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        return (answer.IsSuccessStatusCode, body.TryGetProperty("parts", out var parts) ? parts : null);
    }
}
