using System.Text.Json;
using QrPlatform.EndToEnd.Data;

namespace QrPlatform.EndToEnd;

[Collection(StackCollection.Name)]
public sealed class MetricsTests(Stack stack)
{
    private static readonly string[] Metrics =
    [
        "total_scans", "sessions", "unique_visitors", "returning_visitors", "conversions", "converting_sessions", "conversion_rate", "conversion_rate_7d",
        "revenue", "average_lead_score", "average_engagement_seconds", "new_customers", "bot_scans", "test_scans",
    ];

    private static readonly string[][] Slices =
        [[], ["day"], ["campaign_id"], ["country"], ["device_type"], ["variant"], ["qr_code_id"], ["day", "campaign_id"], ["campaign_id", "variant", "device_type"]];

    [Fact]
    public async Task Counts_thousands_of_shuffled_and_repeated_events_as_a_plain_computation_does()
    {
        var random = new Random(20251125);
        var events = Sessions.Make(seed: 7, prefix: "m", sessions: 1200);
        var sent = events.Concat(events.Where(_ => random.Next(6) == 0)).ToArray();
        random.Shuffle(sent);

        using var door = stack.WithBearer(Door.DemoKey);
        using var administrator = await stack.SignInAsync("admin");
        var before = await Stack.LedgerAsync(administrator);
        await Door.SendAsync(door, sent, random);
        await stack.DrainAsync("admin");

        var expected = new PlainMetrics(events, "America/Los_Angeles");
        var after = await Stack.LedgerAsync(administrator);
        long Grown(string name) => after.GetProperty(name).GetInt64() - before.GetProperty(name).GetInt64();
        Assert.Equal(sent.Length, Grown("received"));
        Assert.Equal(sent.Length - events.Count, Grown("duplicate"));
        Assert.Equal(expected.Unconsented.Count, Grown("consentDenied"));
        Assert.Equal(expected.Quarantined, Grown("quarantined"));
        Assert.Equal(expected.Stored, Grown("stored") + Grown("bot"));
        Assert.Equal(0, Grown("rejected") + Grown("suppressed"));

        Assert.Equal(expected.Unconsented.Count(refused => refused.IsScan), await Stack.NumberAsync(administrator, "unconsented_scans", "2025-01-01", "2026-06-30"));

        var first = await CompareAsync(administrator, expected);

        // All of it again, in another order and other batches: no number moves but the ledger's received and duplicate.
        random.Shuffle(sent);
        await Door.SendAsync(door, sent, random);
        await stack.DrainAsync("admin");
        Assert.Equal(first, await CompareAsync(administrator, expected));
        var again = await Stack.LedgerAsync(administrator);
        Assert.Equal(after.GetProperty("received").GetInt64() + sent.Length, again.GetProperty("received").GetInt64());
        Assert.Equal(after.GetProperty("duplicate").GetInt64() + sent.Length, again.GetProperty("duplicate").GetInt64());
        Assert.Equal(after.GetProperty("stored").GetInt64(), again.GetProperty("stored").GetInt64());
    }

    // Every metric of every group of every slice, over everything and over the days of the autumn DST change.
    private static async Task<string> CompareAsync(HttpClient client, PlainMetrics expected)
    {
        var answers = new List<string>();
        var wrong = new List<string>();
        foreach (var (from, to) in ((string, string)[])[("2025-01-01", "2026-06-30"), ("2025-11-01", "2025-11-02")])
        {
            foreach (var dimensions in Slices)
            {
                var answer = await Stack.QueryAsync(client, new
                {
                    metrics = Metrics,
                    dimensions,
                    // Only this test's events: other tests send theirs to the same tenant.
                    filters = new[] { new { dimension = "qr_code_id", @operator = "in", values = Enumerable.Range(0, 5).Select(number => $"m-qr-{number}").ToArray() } },
                    dateRange = new { from, to },
                    orderBy = dimensions.Select(dimension => new { field = dimension, direction = "asc" }),
                    limit = 100_000,
                });
                var got = new Dictionary<(string, string), decimal?>();
                foreach (var row in answer.GetProperty("rows").EnumerateArray())
                {
                    var group = string.Join('|', Enumerable.Range(0, dimensions.Length).Select(i => row[i].ValueKind == JsonValueKind.Null ? "∅" : row[i].GetString()));
                    for (var i = 0; i < Metrics.Length; i++)
                        got.Add((group, Metrics[i]), row[dimensions.Length + i] is { ValueKind: JsonValueKind.Number } number ? number.GetDecimal() : null);
                }

                answers.Add(JsonSerializer.Serialize(answer.GetProperty("rows")));
                var plain = expected.Compute(dimensions, DateOnly.Parse(from, null), DateOnly.Parse(to, null));
                foreach (var key in got.Keys.Union(plain.Keys))
                {
                    var (mine, theirs) = (plain.GetValueOrDefault(key), got.GetValueOrDefault(key));
                    if (Math.Abs((mine ?? 0) - (theirs ?? 0)) > 0.000_000_1m) wrong.Add($"{string.Join(',', dimensions)} {from}..{to} {key}: expected {mine}, got {theirs}");
                }
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} cells differ, among them:\n{string.Join('\n', wrong.Take(20))}");
        return string.Join('\n', answers);
    }
}
