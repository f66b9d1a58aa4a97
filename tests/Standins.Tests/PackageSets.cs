using System.Diagnostics;

namespace QrPlatform.Standins.Tests;

/// <summary>What every project refers to in both package sets, evaluated once.</summary>
public sealed class PackageSets : IAsyncLifetime
{
    private readonly List<PackageSetReference> _references = [];

    public IReadOnlyList<PackageSetReference> References => _references;

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
            _references.AddRange((await File.ReadAllLinesAsync(output)).Select(l => l.Split('|')).Select(f => new PackageSetReference(f[0], f[1], f[2], f[3])));
        }
        finally
        {
            File.Delete(output);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;
}

/// <summary>One thing of a project in one set: a package, a project, a version that is pinned, an output directory, a file that is compiled.</summary>
public sealed record PackageSetReference(string Set, string Project, string Kind, string Name);
