using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using QrPlatform.Benchmarks.Measuring;
using QrPlatform.ServiceDefaults.Security;
using QrPlatform.Testing;

namespace QrPlatform.Benchmarks.Queries;

/// <summary>
/// The seeds' BI questions through the query API, without a cache, over a year of facts: how long they take, where their answers come from, and how much
/// longer the same takes by SQL over the facts, in the same run.
/// </summary>
internal static class QueriesBenchmark
{
    private const int Rounds = 40, RawRounds = 3;

    // SQL over more facts than these takes longer than all the rest.
    private const long MostRaw = 5_000_000;

    private static readonly string[] UniqueVisitors = ["unique_visitors"], Landed = ["landed_visitors"], Germany = ["DE"];

    // p95 of the goal and of the floor, in milliseconds.
    private static readonly (string Row, double Goal, double Floor) Additive = ("9", 50, 250), Heavy = ("9", 150, 1000), OneOrAll = ("11", 25, 250), Filtered = ("11", 250, 1000), Grouped = ("11", 600, 3000);

    private static readonly Ask[] Questions =
    [
        new(Additive, "daily summary, all campaigns, 30 days", ["total_scans", "conversions", "revenue", "average_lead_score"], ["day", "campaign_id"], "2025-11-01", "2025-11-30"),
        new(Additive, "one campaign, 30 days", ["total_scans", "conversions", "revenue"], ["day"], "2025-11-01", "2025-11-30", "camp_7"),
        new(Additive, "places, year", ["total_scans", "revenue"], ["country", "region", "city"], "2025-01-01", "2025-12-31"),
        new(Additive, "places, from one day to another within the year", ["total_scans", "revenue"], ["country", "region", "city"], "2025-02-10", "2025-11-20"),
        new(Additive, "devices, 90 days", ["total_scans", "conversions"], ["device_type", "os", "browser"], "2025-09-01", "2025-11-29"),
        new(Additive, "months of a year", ["total_scans", "conversions", "revenue"], ["month"], "2025-01-01", "2025-12-31"),
        new(Heavy, "funnel: sessions and their conversion by campaign, year", ["sessions", "converting_sessions", "conversion_rate", "conversion_rate_7d"], ["campaign_id"], "2025-01-01", "2025-12-31"),
        new(Heavy, "funnel: visitors step by step, a month", ["unique_visitors", "landed_visitors", "engaged_visitors", "lead_visitors", "scan_to_customer_rate"], [], "2025-10-01", "2025-10-31"),
        new(Heavy, "funnel: visitors step by step by campaign, a month", ["landed_visitors", "engaged_visitors", "lead_visitors", "scan_to_customer_rate"], ["campaign_id"], "2025-10-01", "2025-10-31"),
        new(Additive, "variants of one campaign, year", ["sessions", "conversion_rate", "revenue"], ["variant"], "2025-01-01", "2025-12-31", "camp_7"),
        new(Heavy, "anomaly: days for the rolling average, 120 days", ["total_scans"], ["day"], "2025-08-01", "2025-11-28"),
        new(Additive, "hours, one day", ["total_scans", "revenue"], ["hour"], "2025-11-15", "2025-11-15"),
        new(OneOrAll, "distinct visitors, any days", ["unique_visitors"], [], "2025-03-03", "2025-10-19"),
        new(OneOrAll, "distinct visitors of one campaign", ["unique_visitors"], [], "2025-03-03", "2025-10-19", "camp_7"),
        new(Grouped, "distinct visitors by campaign", ["unique_visitors"], ["campaign_id"], "2025-03-03", "2025-10-19"),
        new(Filtered, "distinct visitors of a country, any filter", ["unique_visitors"], [], "2025-03-03", "2025-10-19", "", "US"),
        new(Grouped, "distinct visitors by city", ["unique_visitors"], ["city"], "2025-03-03", "2025-10-19"),
        new(Grouped, "distinct visitors by month and kind of device", ["unique_visitors", "returning_visitors"], ["month", "device_type"], "2025-01-01", "2025-12-31"),
    ];

    public static async Task RunAsync(bool quick)
    {
        long[] sizes = quick ? [100_000] : [5_000_000, 20_000_000];
        if (Environment.GetEnvironmentVariable("QR_BENCHMARK_FACTS") is { Length: > 0 } asked) sizes = [.. asked.Split(',').Select(size => long.Parse(size, CultureInfo.InvariantCulture))];
        var figures = Questions.ToDictionary(question => question, _ => new List<Figure>());
        foreach (var size in sizes)
        {
            await using var store = await FactsDatabase.OpenAsync(size);
            await Conditions.PrintServerAsync(store.Database);
            await using var issuer = await TokenIssuer.StartAsync();
            await using var reporting = await ServiceProcess.StartAsync(
                "Reporting", store.ConnectionString, ("services__gateway__http__0", issuer.Address), ("ConnectionStrings__redis", "127.0.0.1:1,abortConnect=false,connectTimeout=100"));
            using var client = new HttpClient { BaseAddress = reporting.Address };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", issuer.Token(Roles.Administrator, TimeSpan.FromHours(12)));
            await WaitForColumnsAsync(client);
            Conditions.PrintLoad($"{size:N0} facts, {Rounds} rounds a question; memory of the service {reporting.Memory.Now} MB");
            foreach (var question in Questions)
            {
                var (latencies, source, read) = await MeasureAsync(client, question);
                var raw = size <= MostRaw && question.Raw() is { } sql ? await RawAsync(store.Database, sql) : double.NaN;
                var sorted = latencies.Order().ToArray();
                var figure = new Figure(Figures.Percentile(sorted, 0.5), Figures.Percentile(sorted, 0.95), source, raw);
                figures[question].Add(figure);
                Console.WriteLine($"  {question.Name,-56} p50 {figure.P50,7:0.0}   p95 {figure.P95,7:0.0} ms   from {source} ({read:N0} rows)   {(double.IsNaN(raw) ? "" : $"facts ÷ this {raw / figure.P50,7:0.0}")}");
            }

            Conditions.PrintLoad($"asked; memory of the service {reporting.Memory.Now} MB, at most {reporting.Memory.Most} MB");
        }

        Conditions.PrintLoad("done");
        PrintTable(sizes, figures);
    }

    // As docs/benchmarks.md has it.
    private static void PrintTable(long[] sizes, Dictionary<Ask, List<Figure>> figures)
    {
        Console.WriteLine($"\n| row | question | from | {string.Join(" | ", sizes.Select(size => $"{size / 1e6:0.#} M: p50 / p95 ms"))} | growth of p95 | facts ÷ this | goal; floor |");
        Console.WriteLine($"|---|---|---|{string.Concat(sizes.Select(_ => "---|"))}---|---|---|");
        foreach (var (question, each) in figures)
        {
            var growth = each.Count > 1 ? $"{each[^1].P95 / each[0].P95:0.00}" : "";
            var raw = each.Where(figure => !double.IsNaN(figure.Raw)).Select(figure => $"{figure.Raw / figure.P50:0}×").FirstOrDefault("");
            Console.WriteLine(
                $"| {question.Row.Row} | {question.Name} | `{each[^1].Source}` | {string.Join(" | ", each.Select(figure => $"{figure.P50:0} / {(figure.P95 > question.Row.Goal ? $"**{figure.P95:0}**" : $"{figure.P95:0}")}"))} | {growth} | {raw} | {question.Row.Goal:0}; {question.Row.Floor:0} |");
        }

        Console.WriteLine("Above the goal in bold. Row 10: growth of row 9 from 5 to 20 million facts, goal 1.2, floor 2.");
    }

    // The first questions that need them have the service load the scans and steps; until then facts answer.
    private static async Task WaitForColumnsAsync(HttpClient client)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var (metrics, source) in new[] { (Landed, "visitor_journeys"), (UniqueVisitors, "visitor_scans") })
        {
            var question = new { metrics, dateRange = new { from = "2025-03-03", to = "2025-03-03" }, filters = new[] { new { dimension = "country", @operator = "eq", values = Germany } }, explain = true };
            while (!(await AskAsync(client, question)).Contains($"\"sources\":[{{\"name\":\"{source}\"", StringComparison.Ordinal))
            {
                if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(10)) throw new TimeoutException("The service has not loaded the scans within ten minutes.");
                await Task.Delay(1000);
            }
        }

        Console.WriteLine($"  the service had loaded the scans and steps after {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
    }

    private static async Task<(List<double> Latencies, string Source, long Read)> MeasureAsync(HttpClient client, Ask question)
    {
        var latencies = new List<double>();
        for (var round = -3; round < Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            await AskAsync(client, question.Body(explain: false));
            if (round >= 0) latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        using var json = JsonDocument.Parse(await AskAsync(client, question.Body(explain: true)));
        var sources = json.RootElement.GetProperty("explain").GetProperty("sources").EnumerateArray().ToList();
        return (latencies, string.Join(" + ", sources.Select(one => one.GetProperty("name").GetString())), json.RootElement.GetProperty("explain").GetProperty("rowsRead").GetInt64());
    }

    private static async Task<string> AskAsync(HttpClient client, object query)
    {
        using var answer = await client.PostAsJsonAsync(new Uri("/v1/query", UriKind.Relative), query);
        var body = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? body : throw new InvalidOperationException(body);
    }

    // What a tool without rollups has to do.
    private static async Task<double> RawAsync(NpgsqlDataSource database, string sql)
    {
        var times = new List<double>();
        for (var round = 0; round < RawRounds; round++)
        {
            await using var command = database.CreateCommand(sql);
            command.CommandTimeout = 600;
            var started = Stopwatch.GetTimestamp();
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) { }
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return Figures.Median(times);
    }

    /// <summary>What a question took, in milliseconds; <paramref name="Raw"/> by SQL over the facts.</summary>
    private sealed record Figure(double P50, double P95, string Source, double Raw);

    /// <summary>A question, as the API and as SQL over the facts take it.</summary>
    private sealed record Ask(
        (string Row, double Goal, double Floor) Row, string Name, string[] Metrics, string[] Dimensions, string From, string To, string Campaign = "", string Country = "")
    {
        private static readonly Dictionary<string, string> Columns = new()
        {
            ["day"] = "(occurred_at at time zone 'America/Los_Angeles')::date",
            ["month"] = "date_trunc('month', occurred_at at time zone 'America/Los_Angeles')",
            ["hour"] = "date_trunc('hour', occurred_at)",
            ["os"] = "operating_system",
        };

        public object Body(bool explain) => new
        {
            metrics = Metrics,
            dimensions = Dimensions,
            dateRange = new { from = From, to = To },
            filters = new[] { ("campaign_id", Campaign), ("country", Country) }.Where(filter => filter.Item2.Length > 0)
                .Select(filter => new { dimension = filter.Item1, @operator = "eq", values = new[] { filter.Item2 } }),
            limit = 100_000,
            explain,
        };

        // Steps of visitors take a page of SQL, which is JourneySource's.
        public string? Raw()
        {
            if (Metrics.Contains("landed_visitors")) return null;
            var keys = string.Join(", ", Dimensions.Select(dimension => Columns.GetValueOrDefault(dimension, dimension)));
            var values = Metrics.Contains("unique_visitors")
                ? "count(distinct visitor) filter (where is_scan)"
                : "count(*) filter (where is_scan), count(*) filter (where is_attribution and session_conversions > 0), sum(conversion_count) filter (where is_counted), sum(revenue) filter (where is_counted), sum(lead_score) filter (where is_scan)";
            return $"""
                select {(keys.Length > 0 ? keys + ", " : "")}{values} from projection.event_fact
                where tenant_id = 'demo' and occurred_at >= '{From}'::timestamp at time zone 'America/Los_Angeles' and occurred_at < ('{To}'::date + 1)::timestamp at time zone 'America/Los_Angeles'
                  {(Campaign.Length > 0 ? $"and campaign_id = '{Campaign}'" : "")} {(Country.Length > 0 ? $"and country = '{Country}'" : "")}
                {(keys.Length > 0 ? "group by " + keys : "")}
                """;
        }
    }
}
