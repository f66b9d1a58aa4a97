using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Aspire.Hosting.Native;

/// <summary>Where everything of a stack is kept: servers' data, generated secrets, console logs, records of running processes.</summary>
internal sealed class DataDirectory : IDisposable
{
    public const string ConfigurationKey = "QR_DATA_DIR";
    public const string EphemeralConfigurationKey = "QR_DATA_EPHEMERAL";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private FileStream? _lock;

    private DataDirectory(string path, string? asked, bool isEphemeral)
    {
        Path = path;
        Asked = asked;
        IsEphemeral = isEphemeral;
    }

    public string Path { get; }

    /// <summary>The directory that was asked for, when another had to be used.</summary>
    public string? Asked { get; }

    /// <summary>Whether it is removed at the end.</summary>
    public bool IsEphemeral { get; }

    public string Runs => System.IO.Path.Combine(Path, "run");

    /// <summary>The user that servers refusing to be run by root are run as; null when that is not needed.</summary>
    public static string? ServerUser => ProcessTable.IsRoot ? "postgres" : null;

    /// <summary>Finds the directory, makes it, and makes sure that the database server's user can get into it.</summary>
    public static DataDirectory Open(string asked, bool isEphemeral, bool mustAdmitServerUser)
    {
        asked = System.IO.Path.GetFullPath(asked);
        MakePassable(asked);
        if (!mustAdmitServerUser || ServerUser is not { } user || !UserExists(user) || CanEnter(user, asked))
            return new DataDirectory(asked, null, isEphemeral);

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(asked)))[..12];
        var instead = System.IO.Path.Combine("/var/lib/qrplatform", hash);
        MakePassable("/var/lib/qrplatform");
        MakePassable(instead);
        return new DataDirectory(instead, asked, isEphemeral);
    }

    /// <summary>Makes sure that no other AppHost uses the directory, until disposed of or dead.</summary>
    /// <exception cref="DistributedApplicationException">One does.</exception>
    public void Lock()
    {
        var holder = System.IO.Path.Combine(Path, "apphost.pid");
        try
        {
            _lock = new FileStream(System.IO.Path.Combine(Path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            var pid = File.Exists(holder) ? File.ReadAllText(holder).Trim() : "unknown";
            throw new DistributedApplicationException(
                $"{Path} is in use by a running AppHost (pid {pid}): stop it, or choose another directory with {ConfigurationKey}");
        }

        File.WriteAllText(holder, Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>A directory of its own for a resource or a purpose, for nobody else.</summary>
    public string Directory(params string[] names)
    {
        var path = names.Aggregate(Path, System.IO.Path.Combine);
        System.IO.Directory.CreateDirectory(path, Private);
        return path;
    }

    /// <summary>A value that is generated once and then kept.</summary>
    public string Secret(string name, Func<string> generate)
    {
        var path = System.IO.Path.Combine(Directory("secrets"), name);
        if (File.Exists(path))
            return File.ReadAllText(path);
        var value = generate();
        // Written aside and renamed: a half-written secret would lock its owner out of the data.
        var aside = path + ".new";
        using (var file = new FileStream(aside, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
            file.Write(Encoding.UTF8.GetBytes(value));
        File.Move(aside, path);
        return value;
    }

    public void Dispose()
    {
        _lock?.Dispose();
        if (IsEphemeral && System.IO.Directory.Exists(Path))
            System.IO.Directory.Delete(Path, recursive: true);
    }

    /// <summary>Gives a directory to a user.</summary>
    public static void Give(string path, string user) => Run("chown", "-R", $"{user}:{user}", path);

    private static void MakePassable(string path)
    {
        System.IO.Directory.CreateDirectory(path);
        // Others may pass through, not look around.
        File.SetUnixFileMode(path, Passable);
    }

    private static bool UserExists(string user) => Run("id", "-u", user) == 0;

    private static bool CanEnter(string user, string path)
    {
        var probe = System.IO.Path.Combine(path, $"probe-{Environment.ProcessId}");
        System.IO.Directory.CreateDirectory(probe, Private);
        try
        {
            return Run("chown", user, probe) == 0
                && Run("setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups", "--", "sh", "-c", "cd \"$1\" && : >probe", "sh", probe) == 0;
        }
        finally
        {
            System.IO.Directory.Delete(probe, recursive: true);
        }
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        }) ?? throw new InvalidOperationException($"{program} was not started");
        process.StandardOutput.ReadToEnd();
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
