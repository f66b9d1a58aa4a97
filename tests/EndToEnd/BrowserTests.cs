using System.Diagnostics;
using System.Text;
using System.Text.Json;
using QrPlatform.Testing;

namespace QrPlatform.EndToEnd;

/// <summary>The pages in a real browser: each Playwright spec of <c>tests/Browser/specs</c> against the shared stack. Its README says how to run one by hand.</summary>
[Collection(StackCollection.Name)]
public sealed class BrowserTests(Stack stack)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4.5);

    public static TheoryData<string> Specs() =>
        [.. Directory.EnumerateFiles(Path.Combine(Folder, "specs"), "*.spec.ts").Select(file => Path.GetFileName(file)[..^".spec.ts".Length]).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Specs))]
    public async Task Shows_in_a_real_browser(string spec)
    {
        Assert.True(Directory.Exists(Path.Combine(Folder, "node_modules")), $"The browser tests' packages are not installed: npm ci --prefix {Folder} (./test does it).");

        var kept = Directory.CreateDirectory(Repository.PathOf("artifacts", "browser", spec)).FullName;
        var report = Path.Combine(kept, "report.json");
        File.Delete(report);
        var (code, output) = await RunAsync(spec, kept, report);

        Assert.True(File.Exists(report), $"Playwright ended with code {code} and no report:\n{output}");
        using var results = JsonDocument.Parse(await File.ReadAllBytesAsync(report));
        var failures = Failures(results.RootElement).ToList();
        Assert.True(failures.Count == 0, $"{string.Join("\n\n", failures)}\n\nScreenshots (and, with QR_BROWSER_TRACE=1, traces): {kept}");
        Assert.True(code == 0, $"Playwright ended with code {code}:\n{output}");
        Assert.True(results.RootElement.GetProperty("stats").GetProperty("expected").GetInt32() > 0, "The spec ran no test.");
    }

    private static string Folder => Repository.PathOf("tests", "Browser");

    private async Task<(int Code, string Output)> RunAsync(string spec, string kept, string report)
    {
        var start = new ProcessStartInfo("node", ["node_modules/@playwright/test/cli.js", "test", $"specs/{spec}.spec.ts"])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["QR_GATEWAY_URL"] = stack.Gateway.BaseAddress!.ToString().TrimEnd('/');
        start.Environment["QR_DASHBOARD_URL"] = stack.Dashboard.ToString().TrimEnd('/');
        start.Environment["QR_DASHBOARD_TOKEN"] = stack.DashboardToken;
        start.Environment["QR_DATA_DIR"] = stack.DataDirectory;
        start.Environment["QR_BROWSER_REPORT"] = report;
        start.Environment["QR_BROWSER_RESULTS"] = kept;
        start.Environment["FORCE_COLOR"] = "0";

        var output = new StringBuilder();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"It did not end within {Limit}.\n{output}");
        }

        return (process.ExitCode, output.ToString());

        void Keep(string? line)
        {
            lock (output) output.AppendLine(line);
        }
    }

    // The reporter's tree: suites hold suites and specs, a spec holds tests, a test its results.
    private static IEnumerable<string> Failures(JsonElement suite)
    {
        foreach (var error in Members(suite, "errors")) yield return Message(error);
        foreach (var inner in Members(suite, "suites").SelectMany(Failures)) yield return inner;
        foreach (var spec in Members(suite, "specs"))
        {
            // Everything that a spec may ask for is given here, so that none has a reason.
            if (Members(spec, "tests").Any(test => test.GetProperty("status").GetString() == "skipped")) yield return $"{spec.GetProperty("title").GetString()}: skipped";
            if (spec.GetProperty("ok").GetBoolean()) continue;
            var errors = Members(spec, "tests").SelectMany(test => Members(test, "results")).SelectMany(result => Members(result, "errors")).Select(Message);
            yield return $"{spec.GetProperty("title").GetString()} (line {spec.GetProperty("line").GetInt32()}):\n{string.Join('\n', errors)}";
        }
    }

    private static IEnumerable<JsonElement> Members(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var members) && members.ValueKind == JsonValueKind.Array ? members.EnumerateArray() : [];

    private static string Message(JsonElement error) => error.TryGetProperty("message", out var message) ? message.GetString() ?? "" : error.ToString();
}
