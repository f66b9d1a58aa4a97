using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Aspire.Hosting.Native;

/// <summary>A program that was found, with its version.</summary>
internal sealed record Binary(string Path, string Version)
{
    public string Directory => System.IO.Path.GetDirectoryName(Path)!;
}

/// <summary>Finds the servers' programs.</summary>
internal static partial class Binaries
{
    /// <summary>The newest of Debian's versions, else what is on PATH.</summary>
    public static string? FindPostgres() =>
        Versions("/usr/lib/postgresql").Select(v => $"/usr/lib/postgresql/{v}/bin/postgres").FirstOrDefault(File.Exists)
        ?? OnPath("postgres");

    public static string? FindRabbitMq() =>
        OnPath("rabbitmq-server") is { } found && !found.StartsWith("/usr/sbin", StringComparison.Ordinal)
            ? found
            // Debian's wrapper in /usr/sbin changes the user to rabbitmq, who has no part in this.
            : File.Exists("/usr/lib/rabbitmq/bin/rabbitmq-server") ? "/usr/lib/rabbitmq/bin/rabbitmq-server" : null;

    public static string? OnPath(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin").Split(':')
            .Concat(["/usr/local/sbin", "/usr/sbin", "/sbin"])
            .Where(d => d.Length > 0).Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);

    /// <summary>The first number with dots in what a program says about itself.</summary>
    public static string VersionOf(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        }) ?? throw new InvalidOperationException($"{program} was not started");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return VersionNumber().Match(output) is { Success: true } match ? match.Value : "?";
    }

    private static IEnumerable<string> Versions(string directory) => !Directory.Exists(directory)
        ? []
        : Directory.GetDirectories(directory).Select(d => Path.GetFileName(d))
            .OrderByDescending(v => int.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0);

    [GeneratedRegex(@"\d+(\.\d+)+")]
    private static partial Regex VersionNumber();
}
