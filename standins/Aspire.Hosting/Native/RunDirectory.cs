using System.Diagnostics;
using System.Globalization;

namespace Aspire.Hosting.Native;

/// <summary>The records of one run's processes, and the supervisor that ends them when this process is gone.</summary>
internal sealed class RunDirectory : IAsyncDisposable
{
    /// <summary>The environment variable that every process of a run has.</summary>
    public const string Mark = "QR_RUN";

    private readonly string _path;
    private readonly string? _removeAtEnd;
    private Process? _supervisor;
    private bool _ending;

    private RunDirectory(string path, string? removeAtEnd)
    {
        _path = path;
        _removeAtEnd = removeAtEnd;
        Records = Path.Combine(path, "records");
        Id = Path.GetFileName(path);
    }

    public string Records { get; }

    public string Id { get; }

    /// <summary>Begins a run.</summary>
    /// <param name="runs">Directory of all runs on this data directory.</param>
    /// <param name="removeAtEnd">A directory that is removed when the run has ended, however it does.</param>
    public static RunDirectory Begin(string runs, string? removeAtEnd)
    {
        var run = new RunDirectory(Path.Combine(runs, Guid.NewGuid().ToString("N")[..12]), removeAtEnd);
        Directory.CreateDirectory(run.Records);
        // Ids of processes mean something until the machine starts again.
        File.WriteAllText(Path.Combine(run._path, "boot"), BootId);
        Extract("supervisor.sh", Path.Combine(run._path, "supervisor.sh"));
        run.StartSupervisor();
        return run;
    }

    public string RecordPath(int pid) => Path.Combine(Records, pid.ToString(CultureInfo.InvariantCulture));

    /// <summary>Ends what earlier runs left behind. Their own supervisor may be at the same work; neither minds the other.</summary>
    /// <returns>The names of what was still there.</returns>
    public static async Task<IReadOnlyList<string>> ReclaimAsync(string runs, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(runs))
            return [];
        var reclaimed = new List<string>();
        foreach (var run in Directory.GetDirectories(runs))
        {
            var boot = Path.Combine(run, "boot");
            if (File.Exists(boot) && await File.ReadAllTextAsync(boot, cancellationToken).ConfigureAwait(false) == BootId)
                reclaimed.AddRange(await EndAsync(ReadRecords(Path.Combine(run, "records")), cancellationToken).ConfigureAwait(false));
            if (Directory.Exists(run))
                Directory.Delete(run, recursive: true);
        }

        return reclaimed;
    }

    /// <summary>Lets the supervisor find that nothing is left to do.</summary>
    public async ValueTask DisposeAsync()
    {
        _ending = true;
        if (_supervisor is not { } supervisor)
            return;
        supervisor.StandardInput.Close();
        await supervisor.WaitForExitAsync().ConfigureAwait(false);
        supervisor.Dispose();
        if (Directory.Exists(_path))
            Directory.Delete(_path, recursive: true);
    }

    private static string BootId => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    private static IReadOnlyList<(ProcessIdentity Process, int Signal, string Name)> ReadRecords(string directory)
    {
        if (!Directory.Exists(directory))
            return [];
        return
        [
            .. Directory.GetFiles(directory).Select(f => File.ReadAllText(f).Trim().Split(' ')).Where(f => f.Length == 4).Select(f => (
                new ProcessIdentity(int.Parse(f[0], CultureInfo.InvariantCulture), long.Parse(f[1], CultureInfo.InvariantCulture)),
                f[2] == "INT" ? ProcessTable.SignalInterrupt : ProcessTable.SignalTerminate, f[3])),
        ];
    }

    private static async Task<IReadOnlyList<string>> EndAsync(
        IReadOnlyList<(ProcessIdentity Process, int Signal, string Name)> records, CancellationToken cancellationToken)
    {
        var found = records.Where(r => ProcessTable.Session(r.Process).Count > 0).ToArray();
        foreach (var (process, signal, _) in found)
            ProcessTable.Signal(process, signal);
        var began = Stopwatch.GetTimestamp();
        while (found.Any(r => ProcessTable.Session(r.Process).Count > 0))
        {
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(6))
                foreach (var member in found.SelectMany(r => ProcessTable.Session(r.Process)))
                    ProcessTable.Signal(member, ProcessTable.SignalKill);
            await Task.Delay(50, cancellationToken).ConfigureAwait(false);
        }

        return [.. found.Select(r => $"{r.Name} (pid {r.Process.Pid})")];
    }

    private static void Extract(string resource, string path)
    {
        using var source = typeof(RunDirectory).Assembly.GetManifestResourceStream(resource)!;
        using var target = File.Create(path);
        source.CopyTo(target);
    }

    private void StartSupervisor()
    {
        var start = new ProcessStartInfo("setsid") { RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = "/" };
        foreach (var argument in new[] { "sh", Path.Combine(_path, "supervisor.sh"), Records, $"{Mark}={Id}", _removeAtEnd }.OfType<string>())
            start.ArgumentList.Add(argument);
        var supervisor = Process.Start(start) ?? throw new InvalidOperationException("the supervisor was not started");
        supervisor.EnableRaisingEvents = true;
        supervisor.Exited += (_, _) =>
        {
            // Someone killed the supervisor: another takes its place.
            if (!_ending)
                StartSupervisor();
        };
        _supervisor = supervisor;
    }
}
