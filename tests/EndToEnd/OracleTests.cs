using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using QrPlatform.EndToEnd.Data;
using QrPlatform.Testing;
using Xunit.Abstractions;

namespace QrPlatform.EndToEnd;

/// <summary>
/// The same numbers from the query API, from SQL on the views, and from another engine that has seen nothing but the raw events: around the DST
/// changes of two zones, a year's end and ISO week 53, with refunds, bots, tests, repeated and late events, and after erasures.
/// </summary>
[Collection(StackCollection.Name)]
public sealed class OracleTests(Stack stack, ITestOutputHelper output)
{
    private const string From = "2020-03-01", To = "2021-01-31";

    // Of the tenant itself, with other DST dates, and with a half hour and no DST.
    private static readonly string[] Zones = ["America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata"];

    private static readonly string[] Metrics =
    [
        "total_scans", "sessions", "unique_visitors", "returning_visitors", "conversions", "converting_sessions", "conversion_rate", "conversion_rate_7d",
        "revenue", "average_lead_score", "average_engagement_seconds", "new_customers", "bot_scans", "test_scans",
    ];

    // They follow visitors and sessions, which takes longer: asked for by fewer dimensions.
    private static readonly string[] Journeys =
    [
        "landed_visitors", "engaged_visitors", "lead_visitors", "customer_visitors", "scan_to_landing_rate", "landing_to_engagement_rate", "scan_to_landing_rate_low",
        "average_session_seconds", "session_depth", "new_visitors",
    ];

    private static readonly string[] JourneysBy = ["", "day", "month", "campaign_id", "country", "month,variant,device_type"];

    private static readonly string[][] Slices =
    [
        [], ["hour"], ["day"], ["week"], ["month"], ["quarter"], ["year"], ["hour_of_day"], ["day_of_week"], ["campaign_id"], ["variant"], ["channel_type"], ["qr_code_id"],
        ["country"], ["city"], ["device_type"], ["lead_quality"], ["week", "campaign_id"], ["day", "country"], ["month", "variant", "device_type"],
    ];

    // DST begins and ends in Los Angeles and in Berlin; a common day; the year's end, in week 53 of 2020.
    private static readonly DateTimeOffset[] Anchors =
    [
        new(2020, 3, 8, 5, 0, 0, TimeSpan.Zero), new(2020, 3, 28, 20, 0, 0, TimeSpan.Zero), new(2020, 7, 15, 12, 0, 0, TimeSpan.Zero), new(2020, 10, 24, 20, 0, 0, TimeSpan.Zero),
        new(2020, 11, 1, 4, 0, 0, TimeSpan.Zero), new(2020, 12, 31, 2, 0, 0, TimeSpan.Zero), new(2021, 1, 3, 18, 0, 0, TimeSpan.Zero),
    ];

    private readonly string _prefix = $"or{Guid.NewGuid().ToString("N")[..6]}";

    [Fact]
    public async Task Every_number_is_that_of_another_engine_also_after_late_events_and_erasures()
    {
        var random = new Random(53);
        var events = Sessions.Make(seed: 20, _prefix, sessions: 700, Anchors).ToArray();
        random.Shuffle(events);
        // A fifth comes late: among them scans that are earlier than those that their sessions were attributed to.
        var (early, late) = (events[..(events.Length * 4 / 5)], events[(events.Length * 4 / 5)..]);
        var arrived = new List<Event>();
        using var door = stack.WithBearer(Door.DemoKey);
        using var administrator = await stack.SignInAsync("admin");

        await SendAsync(early);
        await CompareAsync("early events", []);
        await SendAsync(late);
        await CompareAsync("late ones, too", []);

        var erased = events.Where(one => one.IsScan).Select(one => one.VisitorId).OfType<string>().Distinct().Order(StringComparer.Ordinal).Take(2).ToArray();
        foreach (var visitor in erased) await EraseAsync(visitor);
        await CompareAsync("after erasures", erased);

        async Task SendAsync(Event[] part)
        {
            var sent = part.Concat(arrived.Where(_ => random.Next(8) == 0)).Concat(part.Where(_ => random.Next(6) == 0)).ToArray();
            random.Shuffle(sent);
            await Door.SendAsync(door, sent, random);
            arrived.AddRange(sent);
            await stack.DrainAsync("admin");
        }

        async Task CompareAsync(string when, string[] gone)
        {
            var slices = Zones.SelectMany(zone => Slices.Select(slice => new Question(zone, From, To, slice, Erased: gone))).ToList();
            var visitors = Enumerable.Range(0, 100).Select(_ => AnySlice(random, gone)).ToList();
            var truth = await Oracle.AskAsync(arrived, [.. slices, .. visitors]);
            var (cells, wrong) = (0, new List<string>());
            for (var i = 0; i < slices.Count; i++)
            {
                var metrics = JourneysBy.Contains(string.Join(',', slices[i].Dimensions)) ? [.. Metrics, .. Journeys] : Metrics;
                cells += await CheckAsync(administrator, slices[i], metrics, truth[i], wrong);
            }

            for (var i = 0; i < visitors.Count; i++) cells += await CheckAsync(administrator, visitors[i], ["unique_visitors"], truth[slices.Count + i], wrong);
            var inViews = 0;
            for (var i = 0; i < slices.Count; i++) inViews += await CheckViewsAsync(slices[i], truth[i], wrong);
            output.WriteLine($"{when}: {cells} cells of the query API and {inViews} of the views, of {arrived.Count} events");
            Assert.True(wrong.Count == 0, $"{when}: {wrong.Count} of {cells + inViews} cells differ, among them:\n{string.Join('\n', wrong.Take(20))}");
            var control = new List<string>();
            await CheckAsync(administrator, slices[2], Metrics, truth[Slices.Length + 2], control);
            Assert.True(control.Count > 0, "the days of one zone were taken for those of another");
            Assert.True(cells > 200 && inViews > 200, $"{cells} and {inViews} cells are too few to mean anything");
        }
    }

    private Question AnySlice(Random random, string[] gone)
    {
        var first = DateOnly.Parse(From, CultureInfo.InvariantCulture).AddDays(random.Next(0, 330));
        var kept = new List<Kept>();
        if (random.Next(2) == 0) kept.Add(new Kept("campaign_id", [.. Enumerable.Range(0, 4).Where(_ => random.Next(2) == 0).Select(i => $"{_prefix}-camp-{i}").DefaultIfEmpty($"{_prefix}-camp-0")]));
        if (random.Next(2) == 0) kept.Add(random.Next(3) switch
        {
            0 => new Kept("country", ["US", "DE"]),
            1 => new Kept("device_type", ["MOBILE"]),
            _ => new Kept("day_of_week", ["6", "7"]),
        });
        return new Question(Zones[random.Next(Zones.Length)], Iso(first), Iso(first.AddDays(random.Next(0, 120))), random.Next(3) == 0 ? ["variant"] : [], kept, gone);
    }

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static async Task<int> CheckAsync(
        HttpClient client, Question question, string[] metrics, Dictionary<string, Dictionary<string, decimal?>> expected, List<string> wrong)
    {
        var answer = await Stack.QueryAsync(client, new
        {
            metrics,
            dimensions = question.Dimensions,
            dateRange = new { from = question.From, to = question.To },
            timeZone = question.TimeZone,
            filters = (question.Filters ?? []).Select(kept => new { dimension = kept.Dimension, @operator = "in", values = kept.Values }),
            limit = 100_000,
        });
        var got = answer.GetProperty("rows").EnumerateArray().ToDictionary(
            row => string.Join('|', question.Dimensions.Select((_, i) => row[i].ValueKind == JsonValueKind.Null ? "∅" : row[i].ToString())),
            row => metrics.Select((metric, i) => (metric, row[question.Dimensions.Count + i])).ToDictionary(
                cell => cell.metric, cell => cell.Item2.ValueKind == JsonValueKind.Number ? cell.Item2.GetDecimal() : (decimal?)null));
        return Compare($"query {JsonSerializer.Serialize(question)}", metrics, expected, got, wrong);
    }

    private static int Compare(
        string what, string[] metrics, Dictionary<string, Dictionary<string, decimal?>> expected, Dictionary<string, Dictionary<string, decimal?>> got, List<string> wrong)
    {
        var cells = 0;
        foreach (var group in expected.Keys.Union(got.Keys))
        {
            foreach (var metric in metrics)
            {
                cells++;
                // A group in which nothing counts may be left out, or be there with zeros.
                var (theirs, mine) = (expected.GetValueOrDefault(group)?.GetValueOrDefault(metric), got.GetValueOrDefault(group)?.GetValueOrDefault(metric));
                if (Math.Abs((theirs ?? 0) - (mine ?? 0)) > (metric is "revenue" ? 0 : 0.000_000_1m)) wrong.Add($"{what} [{group}] {metric}: expected {theirs}, got {mine}");
            }
        }

        return cells;
    }

    /// <summary>The same by SQL, as a BI tool's user would write it, where the views have the columns for it.</summary>
    private async Task<int> CheckViewsAsync(Question question, Dictionary<string, Dictionary<string, decimal?>> expected, List<string> wrong)
    {
        if (question.Dimensions.Any(dimension => !Columns.ContainsKey(dimension))) return 0;
        string[] metrics = ["total_scans", "sessions", "unique_visitors", "average_lead_score", "conversions", "revenue"];
        var got = new Dictionary<string, Dictionary<string, decimal?>>();
        await using var connection = await stack.ConnectAsync("bi_demo");
        foreach (var (view, sums) in new[]
        {
            ("fact_scan", "count(*) as total_scans, count(*) filter (where f.is_session_start) as sessions, count(distinct f.visitor_id) as unique_visitors, sum(f.lead_score) / count(f.lead_score) as average_lead_score"),
            ("fact_conversion", "count(*) as conversions"),
            ("fact_revenue", "sum(f.amount) as revenue"),
        })
        {
            var keys = question.Dimensions.Select(dimension => Columns[dimension]).ToList();
            await using var command = new NpgsqlCommand(
                $"""
                 select concat_ws('|', {string.Join(", ", [.. keys.Select(key => $"coalesce({key}, '∅')"), "null"])}) as labels, {sums.Replace("/ count(f.lead_score)", "/ nullif(count(f.lead_score), 0)")}
                 from bi.{view} f
                 left join bi.dim_geography g on g.geography_key = f.geography_key
                 left join bi.dim_device d on d.device_key = f.device_key
                 cross join lateral (select f.timestamp at time zone $1 as local) t
                 where t.local >= $2::date and t.local < $3::date + 1
                 group by {(keys.Count == 0 ? "()" : string.Join(", ", keys))}
                 """, connection)
            {
                Parameters = { new() { Value = question.TimeZone }, new() { Value = DateOnly.Parse(question.From, CultureInfo.InvariantCulture) }, new() { Value = DateOnly.Parse(question.To, CultureInfo.InvariantCulture) } },
            };
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                var row = got.TryGetValue(reader.GetString(0), out var known) ? known : got[reader.GetString(0)] = [];
                for (var i = 1; i < reader.FieldCount; i++) row[reader.GetName(i)] = reader.IsDBNull(i) ? null : Convert.ToDecimal(reader.GetValue(i), CultureInfo.InvariantCulture);
            }
        }

        return Compare($"views {JsonSerializer.Serialize(question)}", metrics, expected, got, wrong);
    }

    private static readonly Dictionary<string, string> Columns = new()
    {
        ["day"] = "to_char(t.local, 'YYYY-MM-DD')",
        ["week"] = "to_char(t.local, 'IYYY-\"W\"IW')",
        ["month"] = "to_char(t.local, 'YYYY-MM')",
        ["quarter"] = "to_char(t.local, 'YYYY-\"Q\"Q')",
        ["year"] = "to_char(t.local, 'YYYY')",
        ["hour_of_day"] = "extract(hour from t.local)::int::text",
        ["day_of_week"] = "extract(isodow from t.local)::int::text",
        ["campaign_id"] = "f.campaign_id",
        ["variant"] = "f.campaign_variant",
        ["channel_type"] = "f.channel_type",
        ["qr_code_id"] = "f.qr_code_id",
        ["country"] = "g.country",
        ["city"] = "g.city",
        ["device_type"] = "d.device_type",
    };

    private async Task EraseAsync(string visitor)
    {
        using var officer = await stack.SignInAsync("compliance");
        using var asked = await officer.PostAsJsonAsync("/v1/privacy/erasure-requests", new { visitorId = visitor, reason = "asked by letter", reference = "Oracle" });
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        await Eventually.TrueAsync(
            async () => (await officer.GetFromJsonAsync<JsonElement>(asked.Headers.Location)).GetProperty("status").GetString() == "completed",
            "the erasure", TimeSpan.FromMinutes(3));
        await stack.DrainAsync("admin");
    }
}
