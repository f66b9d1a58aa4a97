namespace QrPlatform.Standins.Tests;

/// <summary>Both package sets, as MSBuild sees them. Whether the upstream set's packages can be restored and compiled is not seen here.</summary>
public sealed class PackageSetTests(PackageSets sets) : IClassFixture<PackageSets>
{
    /// <summary>What has a stand-in.</summary>
    private static readonly string[] StoodIn =
    [
        "Aspire.Hosting.AppHost", "Aspire.Hosting.PostgreSQL", "Aspire.Hosting.RabbitMQ", "Aspire.Hosting.Redis", "Aspire.Hosting.Testing",
        "Aspire.StackExchange.Redis", "Marten", "OpenTelemetry.Extensions.Hosting", "OpenTelemetry.Instrumentation.AspNetCore",
        "OpenTelemetry.Instrumentation.Http", "OpenTelemetry.Instrumentation.Runtime",
    ];

    /// <summary>What only the upstream set has, and where: nothing takes its place.</summary>
    private static readonly Dictionary<string, string> UpstreamOnly = new()
    {
        ["Testcontainers.PostgreSql"] = "Testing",
        ["Testcontainers.RabbitMq"] = "Testing",
        ["Testcontainers.Redis"] = "Testing",
    };

    private readonly IReadOnlyList<PackageSetReference> _references = sets.References;

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

            var others = Of(project, "upstream", "package").Except(StoodIn).Except(UpstreamOnly.Keys).Order(StringComparer.Ordinal);
            Assert.Equal(Of(project, "standin", "package").Order(StringComparer.Ordinal), others);
        }
    }

    [Fact]
    public void Containers_are_for_the_one_fixture_of_the_upstream_set()
    {
        foreach (var (package, project) in UpstreamOnly)
        {
            var where = _references.Where(r => r.Kind == "package" && r.Name == package).Select(r => $"{r.Set} {Path.GetFileNameWithoutExtension(r.Project)}");
            Assert.Equal([$"upstream {project}"], where);
        }

        var compiled = _references.Where(r => r.Kind == "compile" && Path.GetFileName(r.Name) == "ContainerServers.cs").Select(r => r.Set);
        Assert.Equal(["upstream"], compiled);
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

    private static string StandinOf(string package) => package switch
    {
        "Marten" or "Aspire.StackExchange.Redis" or "Aspire.Hosting.Testing" => package,
        _ when package.StartsWith("OpenTelemetry.", StringComparison.Ordinal) => "OpenTelemetry.Extensions.Hosting",
        _ => "Aspire.Hosting",
    };

    private IEnumerable<string> Of(string project, string set, string kind) =>
        _references.Where(r => r.Project == project && r.Set == set && r.Kind == kind).Select(r => r.Name);
}
