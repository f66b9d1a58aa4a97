using System.Globalization;

namespace QrPlatform.Benchmarks.Measuring;

/// <summary>What Linux counts of a process.</summary>
internal static class ProcessFigures
{
    private const double TicksPerSecond = 100;

    /// <summary>Resident memory in MB.</summary>
    public static int Memory(int pid) => Megabytes(pid, "VmRSS:");

    /// <summary>The most that it ever was, in MB.</summary>
    public static int MostMemory(int pid) => Megabytes(pid, "VmHWM:");

    /// <summary>Time on any core since the process began, in seconds, with that of all its descendants, ended ones included.</summary>
    public static double CpuSeconds(int pid)
    {
        var used = Fields(pid) is { } own ? own[11..15].Sum(field => double.Parse(field, CultureInfo.InvariantCulture)) / TicksPerSecond : 0;
        return used + Children(pid).Sum(CpuSeconds);
    }

    /// <summary>The process that began it; 0 where it has ended.</summary>
    public static int Parent(int pid) => Fields(pid) is { } fields ? int.Parse(fields[1], CultureInfo.InvariantCulture) : 0;

    // Not by session: every backend of PostgreSQL begins one of its own.
    private static IEnumerable<int> Children(int pid)
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(System.IO.Path.GetFileName(directory), CultureInfo.InvariantCulture, out var other)
                && Parent(other) == pid)
                yield return other;
        }
    }

    /// <summary>What <c>/proc/{pid}/stat</c> says after the name, the state being the first; null where the process has ended.</summary>
    private static string[]? Fields(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static int Megabytes(int pid, string field)
    {
        var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }
}
