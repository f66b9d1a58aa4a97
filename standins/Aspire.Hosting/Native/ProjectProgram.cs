using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Native;

/// <summary>Runs what a .NET project was built to, building it where that has not been done.</summary>
internal sealed class ProjectProgram(ProjectResource project, string configuration, bool isAwaited) : ProcessProgram(project, isAwaited)
{
    // Projects share what they reference, and two builds of one project at a time disturb each other.
    private static readonly SemaphoreSlim Building = new(1, 1);

    private string ProjectPath => project.Annotations.OfType<IProjectMetadata>().Last().ProjectPath;

    private string ProjectDirectory => Path.GetDirectoryName(ProjectPath)!;

    private LaunchProfileAnnotation? Profile => project.Annotations.OfType<LaunchProfileAnnotation>().LastOrDefault();

    private static string? DotnetPath => System.Environment.ProcessPath is { } own && Path.GetFileName(own) == "dotnet"
        ? own
        : System.Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Binaries.OnPath("dotnet");

    public override PreflightRow Describe(DataDirectory data) => new(
        project.Name, FindOutput() is { } dll ? Path.GetFileName(dll) : "to be built", configuration, Ports, ProjectDirectory);

    public override IEnumerable<string> FindProblems(DataDirectory data)
    {
        if (!File.Exists(ProjectPath))
            yield return $"{project.Name}: there is no project {ProjectPath}";
        if (DotnetPath is null)
            yield return $"{project.Name}: dotnet is not installed";
    }

    public override async Task<ProcessSpecification> PrepareAsync(RunContext context, CancellationToken cancellationToken)
    {
        var dll = FindOutput() ?? await BuildAsync(context, cancellationToken).ConfigureAwait(false);
        var arguments = await ArgumentsAsync(cancellationToken).ConfigureAwait(false);
        if (arguments.Count == 0 && Profile?.Profile.CommandLineArgs is { Length: > 0 } given)
            arguments.AddRange(given.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return new ProcessSpecification(
            project.Name, DotnetPath!, ["exec", dll, .. arguments], ProjectDirectory,
            await EnvironmentAsync(context, Defaults(), cancellationToken).ConfigureAwait(false));
    }

    private Dictionary<string, object> Defaults()
    {
        var variables = new Dictionary<string, object>
        {
            ["LOGGING__CONSOLE__FORMATTERNAME"] = "simple",
            ["LOGGING__CONSOLE__FORMATTEROPTIONS__TIMESTAMPFORMAT"] = "yyyy-MM-ddTHH:mm:ss.fffffff ",
            ["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory",
            ["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"] = "true",
            ["OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION"] = "true",
        };
        if (Profile is { } profile)
        {
            foreach (var (name, value) in profile.Profile.EnvironmentVariables)
                variables[name] = System.Environment.ExpandEnvironmentVariables(value);
            variables["DOTNET_LAUNCH_PROFILE"] = profile.Name;
        }

        var web = Endpoints.Where(e => e.UriScheme is "http" or "https").ToArray();
        if (web.Length > 0)
            variables["ASPNETCORE_URLS"] = string.Join(";", web.Select(e => $"{e.UriScheme}://{e.TargetHost}:{e.AllocatedEndpoint!.Port}"));
        if (web.FirstOrDefault(e => e.UriScheme == "https") is { } https)
            variables["ASPNETCORE_HTTPS_PORT"] = https.AllocatedEndpoint!.Port.ToString(CultureInfo.InvariantCulture);
        return variables;
    }

    /// <summary>The program among the files that the project was built to: the one with a runtime configuration.</summary>
    private string? FindOutput()
    {
        var output = Path.Combine(ProjectDirectory, "bin", configuration);
        if (!Directory.Exists(output))
            return null;
        var name = Path.GetFileNameWithoutExtension(ProjectPath);
        const string suffix = ".runtimeconfig.json";
        return Directory.GetFiles(output, "*" + suffix, SearchOption.AllDirectories)
            .Select(f => f[..^suffix.Length] + ".dll").Where(File.Exists)
            .OrderByDescending(f => Path.GetFileNameWithoutExtension(f) == name)
            .ThenByDescending(f => Path.GetFileNameWithoutExtension(f).EndsWith("." + name, StringComparison.Ordinal))
            .ThenByDescending(File.GetLastWriteTimeUtc).FirstOrDefault();
    }

    private async Task<string> BuildAsync(RunContext context, CancellationToken cancellationToken)
    {
        await Building.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var log = context.LogOf(project.Name);
            var build = SupervisedProcess.Start(
                new ProcessSpecification(
                    project.Name + "-build", DotnetPath!, ["build", ProjectPath, "-c", configuration, "-v", "q", "--nologo", "-nodeReuse:false"],
                    ProjectDirectory, new Dictionary<string, string>())
                { InheritsEnvironment = true },
                context.Run, log);
            await using (cancellationToken.Register(build.Kill))
                if (await build.Exited.ConfigureAwait(false) != 0)
                    throw new DistributedApplicationException($"dotnet build failed: {string.Join(" | ", log.Tail(3))}");
        }
        finally
        {
            Building.Release();
        }

        return FindOutput() ?? throw new DistributedApplicationException($"{ProjectPath} was built to no program in bin/{configuration}");
    }
}
