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

    private static readonly string[] UniqueVisitors = ["unique_visitors"], Germany = ["DE"];

    private static readonly Ask[] Questions =
    [
        new("daily summary, all campaigns, 30 days", ["total_scans", "conversions", "revenue", "average_lead_score"], ["day", "campaign_id"], "2025-11-01", "2025-11-30", ""),
        new("one campaign, 30 days", ["total_scans", "conversions", "revenue"], ["day"], "2025-11-01", "2025-11-30", "camp_7"),
        new("places, year", ["total_scans", "revenue"], ["country", "region", "city"], "2025-01-01", "2025-12-31", ""),
        new("devices, 90 days", ["total_scans", "conversions"], ["device_type", "os", "browser"], "2025-09-01", "2025-11-29", ""),
        new("funnel: sessions and their conversion by campaign, year", ["sessions", "converting_sessions", "conversion_rate", "conversion_rate_7d"], ["campaign_id"], "2025-01-01", "2025-12-31", ""),
        new("variants of one campaign, year", ["sessions", "conversion_rate", "revenue"], ["variant"], "2025-01-01", "2025-12-31", "camp_7"),
        new("anomaly: days for the rolling average, 120 days", ["total_scans"], ["day"], "2025-08-01", "2025-11-28", ""),
        new("hours, one day", ["total_scans", "revenue"], ["hour"], "2025-11-15", "2025-11-15", ""),
        new("row 11: distinct visitors, any days", ["unique_visitors"], [], "2025-03-03", "2025-10-19", ""),
        new("row 11: distinct visitors of one campaign", ["unique_visitors"], [], "2025-03-03", "2025-10-19", "camp_7"),
        new("row 11: distinct visitors by campaign", ["unique_visitors"], ["campaign_id"], "2025-03-03", "2025-10-19", ""),
        new("row 11: distinct visitors of a country, any filter", ["unique_visitors"], [], "2025-03-03", "2025-10-19", "", "US"),
        new("row 11: distinct visitors by city", ["unique_visitors"], ["city"], "2025-03-03", "2025-10-19", ""),
        new("row 11: distinct visitors by month and kind of device", ["unique_visitors", "returning_visitors"], ["month", "device_type"], "2025-01-01", "2025-12-31", ""),
    ];

    public static async Task RunAsync(bool quick)
    {
        long[] sizes = quick ? [100_000] : [5_000_000, 20_000_000];
        if (Environment.GetEnvironmentVariable("QR_BENCHMARK_FACTS") is { Length: > 0 } asked) sizes = [.. asked.Split(',').Select(size => long.Parse(size, CultureInfo.InvariantCulture))];
        var p95s = new Dictionary<string, List<double>>();
        foreach (var size in sizes)
        {
            await using var store = await FactsDatabase.OpenAsync(size);
            await Conditions.PrintServerAsync(store.Database);
            await using var issuer = await TokenIssuer.StartAsync();
            await using var reporting = await ServiceProcess.StartAsync(
                "Reporting", store.ConnectionString, ("services__gateway__http__0", issuer.Address), ("ConnectionStrings__redis", "127.0.0.1:1,abortConnect=false,connectTimeout=100"));
            using var client = new HttpClient { BaseAddress = reporting.Address };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", issuer.Token(Roles.Administrator, TimeSpan.FromHours(12)));
            await WaitForScansAsync(client);
            Conditions.PrintLoad($"{size:N0} facts, {Rounds} rounds a question; memory of the service {reporting.Memory.Now} MB");
            foreach (var question in Questions)
            {
                var (latencies, source, read) = await MeasureAsync(client, question);
                var raw = size <= MostRaw ? await RawAsync(store.Database, question) : double.NaN;
                var sorted = latencies.Order().ToArray();
                p95s.TryAdd(question.Name, []);
                p95s[question.Name].Add(Figures.Percentile(sorted, 0.95));
                Console.WriteLine($"  {question.Name,-56} p50 {Figures.Percentile(sorted, 0.5),7:0.0}   p95 {Figures.Percentile(sorted, 0.95),7:0.0} ms   from {source} ({read:N0} rows)   {(double.IsNaN(raw) ? "" : $"facts ÷ this {raw / Figures.Percentile(sorted, 0.5),7:0.0}")}");
            }
        }

        Conditions.PrintLoad("done");
        Console.WriteLine("row 9   goal p95 50 ms, floor 250 ms; row 11 goal 25, 250 and 600 ms for one campaign or all, any filter, and grouped; floors 250 ms, 1 s and 3 s");
        if (sizes.Length < 2) return;
        foreach (var (name, each) in p95s) Console.WriteLine($"row 10  {name,-56} p95 at {sizes[^1]:N0} ÷ at {sizes[0]:N0} facts: {each[^1] / each[0]:0.00}   goal 1.2 from 5 to 20 million, floor 2");
    }

    // The first question that needs them has the service load the scans; until then facts answer.
    private static async Task WaitForScansAsync(HttpClient client)
    {
        var started = Stopwatch.GetTimestamp();
        var question = new { metrics = UniqueVisitors, dateRange = new { from = "2025-03-03", to = "2025-03-03" }, filters = new[] { new { dimension = "country", @operator = "eq", values = Germany } }, explain = true };
        while (!(await AskAsync(client, question)).Contains("\"name\":\"visitor_scans\"", StringComparison.Ordinal))
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(10)) throw new TimeoutException("The service has not loaded the scans within ten minutes.");
            await Task.Delay(1000);
        }

        Console.WriteLine($"  the service had loaded the scans after {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
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
    private static async Task<double> RawAsync(NpgsqlDataSource database, Ask question)
    {
        var times = new List<double>();
        for (var round = 0; round < RawRounds; round++)
        {
            await using var command = database.CreateCommand(question.Raw());
            command.CommandTimeout = 600;
            var started = Stopwatch.GetTimestamp();
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) { }
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return Figures.Median(times);
    }

    /// <summary>A question, as the API and as SQL over the facts take it.</summary>
    private sealed record Ask(string Name, string[] Metrics, string[] Dimensions, string From, string To, string Campaign, string Country = "")
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

        public string Raw()
        {
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
