using System.Diagnostics;
using System.Text.Json;

namespace QrPlatform.EndToEnd;

[Collection(StackCollection.Name)]
public sealed class SeedTests(Stack stack) : IDisposable
{
    // Long before the other tests' days.
    private const string FirstDay = "2018-11-27", LastDay = "2019-12-31";

    private static readonly string[] Metrics =
    [
        "total_scans", "sessions", "unique_visitors", "conversions", "converting_sessions", "revenue", "new_customers", "bot_scans", "test_scans", "cost", "campaign_roi",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("qrplatform-seed-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Seeding_again_changes_no_number_but_the_ledgers_received_and_duplicate()
    {
        using var administrator = await stack.SignInAsync("admin");
        using var acme = await stack.SignInAsync("admin@acme");
        await SeedAsync("demo:4000", "--seed-until", LastDay);
        var (first, ledger) = (await NumbersAsync(administrator, acme), await Stack.LedgerAsync(administrator));

        // The day is kept; a set of another size adds only what the smaller one lacks, so a smaller one adds nothing.
        await SeedAsync("demo:4000");
        await SeedAsync("demo:1500");

        Assert.Equal(first, await NumbersAsync(administrator, acme));
        var after = await Stack.LedgerAsync(administrator);
        var received = after.GetProperty("received").GetInt64() - ledger.GetProperty("received").GetInt64();
        Assert.InRange(received, 4000, 5500);
        Assert.Equal(received, after.GetProperty("duplicate").GetInt64() - ledger.GetProperty("duplicate").GetInt64());
        Assert.Equal(ledger.GetProperty("stored").GetInt64(), after.GetProperty("stored").GetInt64());
    }

    [Fact]
    public async Task The_demo_data_has_costs_and_a_placement_that_waits_for_its_installation()
    {
        await SeedAsync("demo:1500", "--seed-until", LastDay);
        Assert.True(await stack.ScalarAsync<decimal>($"select sum(amount) from bi.fact_campaign_cost where date_key between '{FirstDay}' and '{LastDay}'", "bi_demo") > 10_000);
        Assert.Equal("printed", await stack.ScalarAsync<string>("select placement_state from bi.dim_qr_code where qr_code_id = 'qr_poster_portland_pearl'", "bi_demo"));
        Assert.Equal(0, await stack.ScalarAsync<long>("select count(*) from bi.qr_scan_events where qr_code_id = 'qr_poster_portland_pearl'", "bi_demo"));
    }

    [Fact]
    public async Task Says_which_argument_it_does_not_take()
    {
        var (code, output) = await RunAsync("--seed", "demo:many");
        Assert.Equal(2, code);
        Assert.Contains("demo:many", output, StringComparison.Ordinal);
    }

    private async Task SeedAsync(string size, params string[] more)
    {
        var (code, output) = await RunAsync(["--seed", size, .. more]);
        Assert.True(code == 0, output);
        Assert.True(output.Contains("processed 100 %", StringComparison.Ordinal), output);
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "QrPlatform.Seed.dll");
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", [program, "--gateway", stack.Gateway.BaseAddress!.ToString(), "--state", Path.Combine(_folder, "seed.json"), .. arguments])
        { RedirectStandardError = true })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        try
        {
            var output = await process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    private static async Task<string> NumbersAsync(params HttpClient[] clients)
    {
        var answers = new List<string>();
        foreach (var client in clients)
        {
            foreach (var dimensions in new string[][] { [], ["campaign_id"], ["month"] })
            {
                var answer = await Stack.QueryAsync(client, new { metrics = Metrics, dimensions, dateRange = new { from = FirstDay, to = LastDay } });
                answers.Add(answer.GetProperty("rows").GetRawText());
            }
        }

        return JsonSerializer.Serialize(answers);
    }
}
