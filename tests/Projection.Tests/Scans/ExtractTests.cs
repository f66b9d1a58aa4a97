using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using QrPlatform.Events;

namespace QrPlatform.Projection.Tests.Scans;

/// <summary>What a tool holds that takes only what changed since its last visit, against the views as a whole.</summary>
public sealed class ExtractTests
{
    // The columns that name a row, and what a removal calls it.
    private static readonly (string View, string[] Key, Func<JsonObject, string> Removed)[] Extracts =
    [
        ("fact_scan", ["event_id"], row => row["event_id"]!.ToString()),
        ("fact_conversion", ["event_id", "ordinal"], row => row["event_id"]!.ToString()),
        ("fact_revenue", ["event_id"], row => row["event_id"]!.ToString()),
        ("fact_campaign_cost", ["cost_id", "date_key"], row => $"{row["cost_id"]}/{row["date_key"]}"),
        ("dim_visitor", ["visitor_id"], row => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(row["visitor_id"]!.ToString())))),
        ("dim_campaign", ["campaign_id"], _ => ""),
        ("dim_geography", ["geography_key"], _ => ""),
        ("dim_device", ["device_key"], _ => ""),
        ("dim_qr_code", ["qr_code_id"], _ => ""),
        ("campaign_daily_summary", ["campaign_id", "summary_date"], row => $"{row["campaign_id"]}/{row["summary_date"]}"),
    ];

    [Theory]
    [InlineData(11, "all")]
    [InlineData(12, "all")]
    [InlineData(13, """["camp-1"]""")]
    public async Task Taking_only_what_changed_gives_the_whole_view_after_every_page(int seed, string campaigns)
    {
        var random = new Random(seed);
        await using var log = await Log.CreateAsync();
        var history = Make.History(random, 150).ToArray();
        random.Shuffle(history);
        var copies = Extracts.ToDictionary(extract => extract.View, _ => new Copy());
        foreach (var page in history.Chunk(random.Next(5, 30)))
        {
            await log.ApplyAsync(page);
            await AssertCopiesAsync(log, copies, campaigns);
        }

        await log.ProjectAsync(await log.AppendAsync(
            ("c-1", new CampaignDefined { CampaignId = "camp-1", Name = "Described" }),
            ("c-1", new CampaignCostRecorded
            {
                CampaignId = "camp-1",
                CostId = "cost-1",
                From = new(2025, 3, 1),
                To = new(2025, 3, 9),
                Amount = new(100, "USD"),
                ReportingAmount = new(100, "USD"),
                MinorUnitDigits = 2,
            })));
        await AssertCopiesAsync(log, copies, campaigns);
        await log.ProjectAsync(await log.AppendAsync(("c-1", new CampaignCostRemoved { CampaignId = "camp-1", CostId = "cost-1" })));
        await AssertCopiesAsync(log, copies, campaigns);

        var person = new Guid(2, 0, 0, new byte[8]);
        var own = (await log.ColumnAsync($"select seq_id::text from projection.event_fact where visitor = '{person}'")).Select(long.Parse).ToArray();
        await log.ProjectAsync(await log.AppendAsync(($"x-{Guid.NewGuid():N}", new VisitorErased { Erasure = Guid.NewGuid(), Events = own, Anonymous = [] })));
        await AssertCopiesAsync(log, copies, campaigns);
        Assert.DoesNotContain(copies["dim_visitor"].Rows.Keys, key => key.Contains(person.ToString(), StringComparison.Ordinal));
    }

    private static async Task AssertCopiesAsync(Log log, Dictionary<string, Copy> copies, string campaigns)
    {
        foreach (var (view, key, removed) in Extracts)
        {
            var copy = copies[view];
            foreach (var removal in await log.ReadAsync($"select row_key || '@' || change_seq from bi.removed_row where dataset = '{view}' and change_seq > {copy.Seen} order by change_seq", campaigns))
            {
                var (name, at) = (removal[..removal.LastIndexOf('@')], long.Parse(removal[(removal.LastIndexOf('@') + 1)..]));
                foreach (var gone in copy.Rows.Where(row => removed(row.Value) == name && (long)row.Value["change_seq"]! < at).Select(row => row.Key).ToArray()) copy.Rows.Remove(gone);
                copy.Next = Math.Max(copy.Next, at);
            }

            foreach (var text in await log.ReadAsync($"select to_jsonb(v)::text from bi.{view} v where change_seq > {copy.Seen}", campaigns))
            {
                var row = JsonNode.Parse(text)!.AsObject();
                copy.Rows[KeyOf(row, key)] = row;
                copy.Next = Math.Max(copy.Next, (long)row["change_seq"]!);
            }

            copy.Seen = copy.Next;

            // Of a dimension, a reader limited to campaigns keeps members that none of its events has any more.
            var whole = (await log.ReadAsync($"select to_jsonb(v)::text from bi.{view} v", campaigns)).Order(StringComparer.Ordinal);
            var held = copy.Rows.Values.Select(row => JsonNode.Parse(row.ToJsonString())!.ToJsonString()).Order(StringComparer.Ordinal);
            var wanted = whole.Select(text => JsonNode.Parse(text)!.ToJsonString()).Order(StringComparer.Ordinal).ToArray();
            if (campaigns == "all" || !view.StartsWith("dim_", StringComparison.Ordinal)) Assert.Equal(wanted, held);
            else Assert.Empty(wanted.Except(held));
        }
    }

    private static string KeyOf(JsonObject row, string[] key) => string.Join('|', key.Select(column => row[column]?.ToString()));

    private sealed class Copy
    {
        public Dictionary<string, JsonObject> Rows { get; } = [];

        public long Seen { get; set; }

        public long Next { get; set; }
    }
}
