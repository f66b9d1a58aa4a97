using System.Diagnostics;
using System.Globalization;
using System.Text;
using Aspire.Hosting.Native;

namespace QrPlatform.HostingTests;

/// <summary>An AppHost in a process of its own.</summary>
internal sealed class AppHostProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly StringBuilder _output = new();
    private readonly Process _process;

    private AppHostProcess(Process process, string directory)
    {
        (_process, Directory) = (process, directory);
        process.OutputDataReceived += (_, e) => Append(e.Data);
        process.ErrorDataReceived += (_, e) => Append(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Directory { get; }

    public int Pid => _process.Id;

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>The processes that it has recorded.</summary>
    public IReadOnlyList<ProcessIdentity> Recorded =>
    [
        .. System.IO.Directory.GetFiles(Path.Combine(Directory, "run"), "*", SearchOption.AllDirectories)
            .Where(f => f.Contains("/records/", StringComparison.Ordinal)).Select(f => File.ReadAllText(f).Split(' '))
            .Select(r => new ProcessIdentity(int.Parse(r[0], CultureInfo.InvariantCulture), long.Parse(r[1], CultureInfo.InvariantCulture))),
    ];

    public static AppHostProcess Start(string directory, params string[] arguments) => Start(directory, null, arguments);

    public static AppHostProcess Start(string directory, string? path, string[] arguments)
    {
        var dll = typeof(Projects.SampleAppHost).Assembly.Location;
        var dotnet = Environment.ProcessPath is { } own && Path.GetFileName(own) == "dotnet" ? own : Binaries.OnPath("dotnet")!;
        // Tests that were started in a shell's background inherit an ignored SIGINT; an AppHost in a terminal does not. env becomes dotnet.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", dotnet, "exec", dll, $"--QR_DATA_DIR={directory}", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (path is not null)
            start.Environment["PATH"] = path;
        return new AppHostProcess(Process.Start(start)!, directory);
    }

    /// <summary>Waits for the table of addresses.</summary>
    public Task ReadyAsync() => UntilAsync(() => Output.Contains("ready after", StringComparison.Ordinal), "the application is ready");

    public void Signal(int signal) => ProcessTable.Signal(ProcessTable.Read(Pid)!.Identity, signal);

    public async Task<int> ExitAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public async Task UntilAsync(Func<bool> condition, string what)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new TimeoutException($"not within {Patience}: {what}\n{Output}");
            await Task.Delay(50);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private void Append(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}
