using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using QrPlatform.Benchmarks.Measuring;
using QrPlatform.Benchmarks.Path;
using QrPlatform.ServiceDefaults.Security;
using QrPlatform.Testing;

namespace QrPlatform.Benchmarks.Log;

/// <summary>
/// All read models from zero, over a generated log of a million events: first as the service projects a backlog, then by its rebuild, which
/// compares every row with what it replaces.
/// </summary>
internal static class RebuildBenchmark
{
    private const string Path = "/v1/projections/rebuilds";

    public static async Task RunAsync(bool quick)
    {
        var (total, rounds) = quick ? (50_000, 1) : (1_000_000, 3);
        await using var store = await EventStoreDatabase.CreateAsync();
        await Conditions.PrintServerAsync(store.Database);
        await new GeneratedLog(store.Database, total).FillAsync(total);
        await using var issuer = await TokenIssuer.StartAsync();
        Conditions.PrintLoad($"{total:N0} events are in the log");

        var started = Stopwatch.GetTimestamp();
        await using var projection = await ServiceProcess.StartAsync("Projection", store.ConnectionString, ("services__gateway__http__0", issuer.Address));
        await using (var watermark = await Watermark.StartAsync(store.Database)) await watermark.WaitAsync(total, TimeSpan.FromMinutes(40));
        var backlog = total / Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine($"  as a backlog, start of the service included: {backlog:N0} ev/s, projection {projection.Memory.Now} MB");

        var limit = await FactLimit.CreateAsync(store.Database);
        await limit.MeasureAsync();
        using var client = new HttpClient { BaseAddress = projection.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", issuer.Token(Roles.Administrator, TimeSpan.FromHours(12)));
        var (ratios, facts) = (new List<double>(), new List<double>());
        for (var round = 1; round <= rounds; round++)
        {
            Conditions.PrintLoad($"round {round}");
            facts.Add(await limit.MeasureAsync());
            started = Stopwatch.GetTimestamp();
            await RebuildAsync(client);
            var rate = total / Stopwatch.GetElapsedTime(started).TotalSeconds;
            facts.Add(await limit.MeasureAsync());
            ratios.Add(rate / ((facts[^2] + facts[^1]) / 2));
            Console.WriteLine($"  rebuild {rate:N0} ev/s, comparison included   FACT {facts[^2]:N0} and {facts[^1]:N0} rows/s   ratio {ratios[^1]:0.000}   projection {projection.Memory.Now} MB");
        }

        Conditions.PrintLoad("done");
        Console.WriteLine($"""

            row 7   rebuild ÷ FACT: {Figures.Ratios(ratios)}   goal 0.7, floor 0.25   (every row compared, none differed)
                    backlog ÷ FACT: {backlog / Figures.Median(facts):0.000}
            memory of the projection service: {projection.Memory.Most} MB at most   goal: under 400
            """);
    }

    private static async Task RebuildAsync(HttpClient client)
    {
        using var asked = await client.PostAsync(new Uri(Path, UriKind.Relative), null);
        asked.EnsureSuccessStatusCode();
        while (true)
        {
            var rebuild = await client.GetFromJsonAsync<JsonElement>(asked.Headers.Location);
            switch (rebuild.GetProperty("status").GetString())
            {
                case "completed" when rebuild.GetProperty("differingRows").GetInt64() == 0: return;
                case "completed" or "failed": throw new InvalidOperationException($"The rebuild did not give the same rows: {rebuild}");
                default:
                    await Task.Delay(100);
                    break;
            }
        }
    }
}
