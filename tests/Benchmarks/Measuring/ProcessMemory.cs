using System.Globalization;

namespace QrPlatform.Benchmarks.Measuring;

/// <summary>A process's resident memory in MB, as Linux counts it.</summary>
internal static class ProcessMemory
{
    public static int Now(int pid) => Megabytes(pid, "VmRSS:");

    public static int Most(int pid) => Megabytes(pid, "VmHWM:");

    private static int Megabytes(int pid, string field)
    {
        var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }
}
