using QrPlatform.Benchmarks;
using QrPlatform.Benchmarks.Log;
using QrPlatform.Benchmarks.Path;
using QrPlatform.Benchmarks.Queries;

// One command per benchmark. Each prints ratios of things measured in the same run: the machine is never the same twice.
var benchmarks = new Dictionary<string, Func<bool, Task>>
{
    ["append"] = _ => AppendBenchmark.RunAsync(),
    ["million"] = MillionBenchmark.RunAsync,
    ["path"] = PathBenchmark.RunAsync,
    ["queries"] = QueriesBenchmark.RunAsync,
    ["rebuild"] = RebuildBenchmark.RunAsync,
    ["wakeup"] = _ => WakeUpBenchmark.RunAsync(),
};

var quick = args is [_, "quick"];
if ((args.Length != 1 && !quick) || !benchmarks.TryGetValue(args[0], out var run))
{
    Console.Error.WriteLine($"usage: dotnet run -c Release --project tests/Benchmarks -- {string.Join("|", benchmarks.Keys)} [quick]");
    return 2;
}

await run(quick);
return 0;
