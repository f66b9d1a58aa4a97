using QrPlatform.Benchmarks;

// One command per benchmark. Each prints ratios of things measured in the same run: the machine is never the same twice.
var benchmarks = new Dictionary<string, Func<Task>>
{
    ["append"] = AppendBenchmark.RunAsync,
    ["wakeup"] = WakeUpBenchmark.RunAsync,
};

if (args is not [var name] || !benchmarks.TryGetValue(name, out var run))
{
    Console.Error.WriteLine($"usage: dotnet run -c Release --project tests/Benchmarks -- {string.Join("|", benchmarks.Keys)}");
    return 2;
}

await run();
return 0;
