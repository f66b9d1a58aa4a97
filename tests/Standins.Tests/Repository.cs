using System.Reflection;

namespace QrPlatform.Standins.Tests;

/// <summary>Where the project's files are.</summary>
internal static class Repository
{
    public static string Root { get; } = Metadata("Repository");

    /// <summary>Debug or Release, as this test was built.</summary>
    public static string Configuration { get; } = Metadata("Configuration");

    public static string Path(params string[] names) => names.Aggregate(Root, System.IO.Path.Combine);

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == key).Value!;
}
