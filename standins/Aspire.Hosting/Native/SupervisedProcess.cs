using System.Diagnostics;

namespace Aspire.Hosting.Native;

/// <summary>What to run. As another user when <see cref="User" /> is given.</summary>
internal sealed record ProcessSpecification(
    string Name, string Program, IReadOnlyList<string> Arguments, string WorkingDirectory,
    IReadOnlyDictionary<string, string> Environment)
{
    public string? User { get; init; }

    /// <summary>Whether the AppHost's own environment is handed on.</summary>
    public bool InheritsEnvironment { get; init; }

    /// <summary>The signal that asks for the end.</summary>
    public int StopSignal { get; init; } = ProcessTable.SignalTerminate;
}

/// <summary>A process in a session of its own, recorded from its start until it and its children are gone.</summary>
internal sealed class SupervisedProcess
{
    private readonly Process _process;
    private readonly ProcessSpecification _specification;
    private readonly string _recordPath;
    private readonly Task _copying;

    private SupervisedProcess(Process process, ProcessSpecification specification, RunDirectory run, ConsoleLog log)
    {
        _process = process;
        _specification = specification;
        _recordPath = run.RecordPath(process.Id);
        Identity = ProcessTable.Read(process.Id)?.Identity ?? new ProcessIdentity(process.Id, 0);
        var signal = specification.StopSignal == ProcessTable.SignalInterrupt ? "INT" : "TERM";
        File.WriteAllText(_recordPath, $"{Identity.Pid} {Identity.StartTime} {signal} {specification.Name}\n");
        process.StandardInput.Close();
        _copying = Task.WhenAll(log.CopyAsync(process.StandardOutput.BaseStream), log.CopyAsync(process.StandardError.BaseStream, isError: true));
        Exited = WaitAsync();
    }

    public ProcessIdentity Identity { get; }

    /// <summary>Completes with the exit code when the process has ended and nothing of its session is left.</summary>
    public Task<int> Exited { get; }

    public static SupervisedProcess Start(ProcessSpecification specification, RunDirectory run, ConsoleLog log)
    {
        var start = new ProcessStartInfo("setsid")
        {
            WorkingDirectory = specification.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in Command(specification))
            start.ArgumentList.Add(argument);
        if (!specification.InheritsEnvironment)
            start.Environment.Clear();
        foreach (var (name, value) in specification.Environment)
            start.Environment[name] = value;
        // By this the supervisor finds what was started in the moment in which the AppHost was killed.
        start.Environment[RunDirectory.Mark] = run.Id;
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{specification.Program} was not started");
        return new SupervisedProcess(process, specification, run, log);
    }

    /// <summary>Asks for the end, waits, then kills. Says whether it had to.</summary>
    public async Task<bool> StopAsync(TimeSpan grace, CancellationToken killNow)
    {
        ProcessTable.Signal(Identity, _specification.StopSignal);
        try
        {
            await Exited.WaitAsync(grace, killNow).ConfigureAwait(false);
            return false;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            Kill();
            await Exited.ConfigureAwait(false);
            return true;
        }
    }

    public void Kill()
    {
        foreach (var member in ProcessTable.Session(Identity))
            ProcessTable.Signal(member, ProcessTable.SignalKill);
    }

    private static IEnumerable<string> Command(ProcessSpecification specification)
    {
        IEnumerable<string> command = specification.User is { } user
            ? ["setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups", "--"]
            : [];
        return command.Append(specification.Program).Concat(specification.Arguments);
    }

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        var exitCode = _process.ExitCode;
        while (ProcessTable.Session(Identity) is { Count: > 0 } left)
        {
            foreach (var member in left)
                ProcessTable.Signal(member, ProcessTable.SignalKill);
            await Task.Delay(20).ConfigureAwait(false);
        }

        // What a child outside of the session still writes is not waited for.
        await Task.WhenAny(_copying, Task.Delay(500)).ConfigureAwait(false);
        File.Delete(_recordPath);
        _process.Dispose();
        return exitCode;
    }
}
