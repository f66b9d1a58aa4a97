using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Native;

/// <summary>Runs a program by its name or path.</summary>
internal sealed class ExecutableProgram(ExecutableResource executable, bool isAwaited) : ProcessProgram(executable, isAwaited)
{
    public override PreflightRow Describe(DataDirectory data) =>
        new(executable.Name, Find() ?? "missing", "-", Ports, executable.WorkingDirectory);

    public override IEnumerable<string> FindProblems(DataDirectory data)
    {
        if (Find() is null)
            yield return $"{executable.Name}: {executable.Command} is not installed";
        if (!Directory.Exists(executable.WorkingDirectory))
            yield return $"{executable.Name}: there is no directory {executable.WorkingDirectory}";
    }

    public override async Task<ProcessSpecification> PrepareAsync(RunContext context, CancellationToken cancellationToken) => new(
        executable.Name, Find()!, await ArgumentsAsync(cancellationToken).ConfigureAwait(false), executable.WorkingDirectory,
        await EnvironmentAsync(context, [], cancellationToken).ConfigureAwait(false));

    private string? Find()
    {
        if (!executable.Command.Contains('/', StringComparison.Ordinal))
            return Binaries.OnPath(executable.Command);
        var path = Path.GetFullPath(Path.Combine(executable.WorkingDirectory, executable.Command));
        return File.Exists(path) ? path : null;
    }
}
