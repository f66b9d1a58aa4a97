using System.Diagnostics;

namespace QrPlatform.Standins.Tests;

/// <summary>Both package sets, as MSBuild sees them. Whether the upstream set's packages can be restored and compiled is not seen here.</summary>
public sealed class PackageSetTests : IAsyncLifetime
{
    /// <summary>What has a stand-in.</summary>
    private static readonly string[] StoodIn =
    [
        "Aspire.Hosting.AppHost", "Aspire.Hosting.PostgreSQL", "Aspire.Hosting.RabbitMQ", "Aspire.Hosting.Redis", "Aspire.Hosting.Testing",
        "Aspire.StackExchange.Redis", "Marten",
    ];

    private readonly List<Reference> _references = [];

    public async Task InitializeAsync()
    {
        var output = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(
                "dotnet",
                ["msbuild", Repository.Path("tests", "Standins.Tests", "PackageSets", "List.proj"), $"-p:ListFile={output}", $"-p:Configuration={Repository.Configuration}", "-v:q", "-nologo", "-nodeReuse:false"])
            {
                RedirectStandardOutput = true,
            };
            // What a test host inherits of the SDK that started it would be taken for settings.
            foreach (var name in new[] { "MSBuildSDKsPath", "MSBuildExtensionsPath", "MSBUILD_EXE_PATH" })
                start.Environment.Remove(name);
            using var process = Process.Start(start)!;
            var said = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, said);
            _references.AddRange((await File.ReadAllLinesAsync(output)).Select(l => l.Split('|')).Select(f => new Reference(f[0], f[1], f[2], f[3])));
        }
        finally
        {
            File.Delete(output);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void The_upstream_set_refers_to_real_packages_only_and_the_standin_set_to_none_of_them()
    {
        var projects = _references.Select(r => r.Project).Distinct().Where(IsNoStandin).ToArray();
        Assert.True(projects.Length > 20, string.Join('\n', projects));

        Assert.DoesNotContain(_references, r => r is { Set: "upstream", Kind: "project" } && IsNoStandin(r.Project) && !IsNoStandin(r.Name) && !IsTestOfStandins(r.Project));
        Assert.DoesNotContain(_references, r => r is { Set: "standin", Kind: "package" } && StoodIn.Contains(r.Name));
        foreach (var package in StoodIn)
            Assert.Contains(_references, r => r is { Set: "upstream", Kind: "package" } && r.Name == package);
    }

    [Fact]
    public void A_project_has_a_stand_in_exactly_where_upstream_it_has_the_package()
    {
        foreach (var project in _references.Select(r => r.Project).Distinct().Where(p => IsNoStandin(p) && !IsTestOfStandins(p)))
        {
            var real = Of(project, "upstream", "package").Where(StoodIn.Contains).Select(StandinOf).Distinct().Order(StringComparer.Ordinal);
            var stoodIn = Of(project, "standin", "project").Where(r => !IsNoStandin(r)).Select(r => Path.GetFileNameWithoutExtension(r)).Order(StringComparer.Ordinal);
            Assert.True(real.SequenceEqual(stoodIn), $"{project}: upstream {string.Join(", ", real)}; stand-ins {string.Join(", ", stoodIn)}");

            var others = Of(project, "upstream", "package").Except(StoodIn).Order(StringComparer.Ordinal);
            Assert.Equal(Of(project, "standin", "package").Order(StringComparer.Ordinal), others);
        }
    }

    [Fact]
    public void Every_package_has_one_version_in_each_set()
    {
        foreach (var (set, project, _, package) in _references.Where(r => r.Kind == "package"))
            Assert.True(Of(project, set, "version").Count(v => v == package) == 1, $"{package} of {project} has no version, or two, in the set {set}");
    }

    [Fact]
    public void The_sets_are_built_to_different_directories() =>
        Assert.All(_references.Where(r => r.Kind == "output"), r => Assert.Equal(r.Set == "upstream", r.Name.Contains("upstream", StringComparison.Ordinal)));

    private static bool IsNoStandin(string path) => !path.Contains("/standins/", StringComparison.Ordinal);

    /// <summary>Tests of the stand-ins themselves have nothing to do in the other set.</summary>
    private static bool IsTestOfStandins(string path) => Path.GetFileNameWithoutExtension(path) is "Standins.Tests";

    private static string StandinOf(string package) => package is "Marten" or "Aspire.StackExchange.Redis" or "Aspire.Hosting.Testing" ? package : "Aspire.Hosting";

    private IEnumerable<string> Of(string project, string set, string kind) =>
        _references.Where(r => r.Project == project && r.Set == set && r.Kind == kind).Select(r => r.Name);

    private sealed record Reference(string Set, string Project, string Kind, string Name);
}
