using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using QrPlatform.Seed;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    var begun = Stopwatch.GetTimestamp();
    var run = new SeedRun(SeedOptions.Parse(args), TimeProvider.System, Console.Error, isTerminal: !Console.IsErrorRedirected);
    await run.ExecuteAsync(stop.Token);
    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  Done after {Stopwatch.GetElapsedTime(begun).TotalSeconds:F0} s."));
    return 0;
}
catch (FormatException mistake)
{
    Console.Error.WriteLine($"{mistake.Message}\n{SeedOptions.Usage}");
    return 2;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("  Seeding was stopped; seed again to complete it.");
    return 130;
}
catch (Exception failure) when (failure is HttpRequestException or InvalidOperationException or TimeoutException or IOException)
{
    Console.Error.WriteLine($"  Seeding failed: {failure.Message}\n  Seed again to complete it: what was sent is not counted twice.");
    return 1;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
