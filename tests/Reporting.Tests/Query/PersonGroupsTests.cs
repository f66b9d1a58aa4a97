using System.Text.Json;
using QrPlatform.Bi;
using QrPlatform.Events;
using QrPlatform.Reporting.Catalogue;
using QrPlatform.Reporting.Query;
using QrPlatform.Reporting.Tests.Data;
using QrPlatform.Reporting.Tests.Hosting;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting.Tests.Query;

public sealed class PersonGroupsTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void No_group_that_is_shown_or_left_over_in_any_line_has_fewer_than_five_visitors(int seed, bool nothingIsShown)
    {
        var random = new Random(seed);
        var withheld = 0;
        for (var round = 0; round < 400; round++)
        {
            var dimensions = random.Next(1, 4);
            var sizes = Enumerable.Range(0, dimensions).Select(_ => random.Next(1, 7)).ToArray();
            var keys = Cells(sizes).Where(_ => random.Next(4) > 0).ToList();
            long[] visitors = [.. keys.Select(_ => random.Next(3) == 0 ? random.Next(0, 6) : (long)random.Next(5, 60))];
            var hidden = PersonGroups.Hidden(keys, visitors, nothingIsShown);

            for (var i = 0; i < keys.Count; i++) Assert.True(hidden[i] || visitors[i] >= PersonGroups.Least || (nothingIsShown && visitors[i] == 0));
            for (var dimension = 0; dimension < dimensions; dimension++)
            {
                foreach (var line in Enumerable.Range(0, keys.Count).GroupBy(i => string.Join('|', keys[i].Where((_, other) => other != dimension))))
                {
                    // The line's total less what is shown of it. A line that is withheld altogether is a group of the coarser table.
                    var rest = line.Where(i => hidden[i]).ToList();
                    if (rest.Count == 0 || line.All(i => hidden[i] || visitors[i] == 0)) continue;
                    withheld++;
                    Assert.True(rest.Count >= 2 && rest.Max(i => visitors[i]) >= PersonGroups.Least, $"{string.Join(", ", line.Select(i => $"{visitors[i]}{(hidden[i] ? "-" : "")}"))}");
                }
            }
        }

        Assert.True(withheld > 100, $"{withheld} lines proved something");
    }

    [Fact]
    public async Task Executives_see_persons_in_groups_of_five_and_analysts_see_all()
    {
        await using var reporting = await RunningReporting.StartAsync();
        var serial = 0;
        TestEvent[] Visitors(int count, string city, string campaign) => [.. Enumerable.Range(0, count).Select(_ => new TestEvent
        {
            Stream = $"s-{++serial}", Id = $"e-{serial}", Kind = "SCAN", At = new DateTimeOffset(2025, 11, 5, 20, 0, 0, TimeSpan.Zero), Visitor = Guid.NewGuid(),
            Place = new Place(null, null, city, null, "US", null), Campaign = new Campaign(campaign, null, null, null, null, null), Revenue = 10,
        })];
        await reporting.Log.AddAsync([.. Visitors(2, "Small", "a"), .. Visitors(6, "Middle", "a"), .. Visitors(9, "Large", "a"), .. Visitors(3, "Large", "b"), .. Visitors(8, "Large", "c"), .. Visitors(20, "Huge", "c")]);
        async Task<JsonElement> AskAsync(string role, object query)
        {
            using var answer = await reporting.PostAsync(JsonSerializer.Serialize(query), reporting.Token(role));
            return JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
        }

        object Ask(string[] metrics, string[] dimensions, params object[] filters) => new { metrics, dimensions, filters, dateRange = new { from = "2025-11-01", to = "2025-11-30" }, totals = true };
        static string Shown(JsonElement answer) => string.Join(' ', answer.GetProperty("rows").EnumerateArray().Select(row => row.GetRawText().Replace(" ", "", StringComparison.Ordinal)));

        // A city is withheld as a whole, and the next smallest with it; the total stays.
        var byCity = Ask(["total_scans", "revenue"], ["city"]);
        var cities = await AskAsync(Roles.Executive, byCity);
        Assert.Equal("""["Huge",20,200] ["Large",20,200]""", Shown(cities));
        Assert.Equal((2, 5), (cities.GetProperty("withheld").GetProperty("groups").GetInt32(), cities.GetProperty("withheld").GetProperty("leastVisitors").GetInt32()));
        Assert.Equal("[48,480]", cities.GetProperty("totals").GetRawText().Replace(" ", "", StringComparison.Ordinal));
        foreach (var role in (string[])[Roles.Analyst, Roles.Administrator])
        {
            var all = await AskAsync(role, byCity);
            Assert.Equal((4, false), (all.GetProperty("rows").GetArrayLength(), all.TryGetProperty("withheld", out _)));
        }

        // Where only numbers about visitors are related to persons, only these are withheld; also from the order, and whatever part is asked for.
        var campaigns = new { metrics = new[] { "unique_visitors", "total_scans" }, dimensions = new[] { "campaign_id" }, dateRange = new { from = "2025-11-01", to = "2025-11-30" }, orderBy = new[] { new { field = "unique_visitors", direction = "desc" } } };
        Assert.Equal("""["c",28,28] ["a",null,17] ["b",null,3]""", Shown(await AskAsync(Roles.Executive, campaigns)));
        var first = await AskAsync(Roles.Executive, new { campaigns.metrics, campaigns.dimensions, campaigns.dateRange, campaigns.orderBy, limit = 2 });
        Assert.Equal(("""["c",28,28] ["a",null,17]""", true), (Shown(first), first.GetProperty("truncated").GetBoolean()));

        // Whatever the catalogue has about persons.
        string[] personal = [.. MetricCatalogue.Model.Metrics.Where(metric => metric.Privacy == PrivacyClass.PersonRelated).Select(metric => metric.Name)];
        foreach (var part in personal.Chunk(30))
        {
            var rows = (await AskAsync(Roles.Executive, Ask(part, ["campaign_id"]))).GetProperty("rows").EnumerateArray().ToList();
            Assert.All(rows.Where(row => row[0].GetString() != "c").SelectMany(row => row.EnumerateArray().Skip(1)), cell => Assert.Equal(JsonValueKind.Null, cell.ValueKind));
            Assert.Contains(rows, row => row[0].GetString() == "c" && row[1].ValueKind == JsonValueKind.Number);
        }

        // A filter makes a group, too, and one that a total would tell.
        var small = await AskAsync(Roles.Executive, Ask(["total_scans"], [], new { dimension = "city", @operator = "eq", values = new[] { "Small" } }));
        Assert.Equal(("[null]", "[null]"), (Shown(small), small.GetProperty("totals").GetRawText()));
        Assert.Equal("[null,3]", Shown(await AskAsync(Roles.Executive, Ask(["unique_visitors", "total_scans"], [], new { dimension = "campaign_id", @operator = "eq", values = new[] { "b" } }))));

        foreach (var (field, extra) in new[] { ("$.top", "\"top\": {\"count\": 1}"), ("$.subtotals", "\"subtotals\": true"), ("$.explain", "\"explain\": true") })
        {
            using var refused = await reporting.PostAsync($$"""{"metrics": ["total_scans"], "dimensions": ["city", "day"], "dateRange": {"from": "2025-11-01", "to": "2025-11-30"}, {{extra}}}""", reporting.Token(Roles.Executive));
            var error = JsonSerializer.Deserialize<JsonElement>(await refused.Content.ReadAsStringAsync()).GetProperty("errors")[0];
            Assert.Equal((422, field, "only_in_groups"), ((int)refused.StatusCode, error.GetProperty("path").GetString(), error.GetProperty("code").GetString()));
        }
    }

    private static IEnumerable<string[]> Cells(int[] sizes) => sizes.Aggregate(
        (IEnumerable<string[]>)[[]], (cells, size) => cells.SelectMany(cell => Enumerable.Range(0, size).Select(value => (string[])[.. cell, $"{value}"])));
}
