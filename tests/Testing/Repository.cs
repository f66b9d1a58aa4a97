namespace QrPlatform.Testing;

/// <summary>
/// Where the repository is that these tests were built in. Found from where they run: the paths that the compiler knows are not the machine's in a deterministic build.
/// </summary>
public static class Repository
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Find();

    /// <summary>The full path of a file or folder, given part by part from the root.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "QrPlatform.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds QrPlatform.sln: run the tests from within the repository.");
    }
}
