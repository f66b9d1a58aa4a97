using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Native;

/// <summary>Which ports are free, and who holds the others.</summary>
internal static class PortTable
{
    // Below the range from which the kernel takes ports for outgoing connections, so that none of those gets in between.
    private const int First = 20_000;
    private const int Last = 32_000;

    private static readonly HashSet<int> Given = [];

    /// <summary>A free port on loopback that this process has not been given before.</summary>
    public static int Assign()
    {
        lock (Given)
            for (var attempt = 0; attempt < 1_000; attempt++)
            {
                var port = Random.Shared.Next(First, Last);
                if (IsFree(port) && Given.Add(port))
                    return port;
            }

        throw new DistributedApplicationException($"no free port found between {First} and {Last}");
    }

    public static bool IsFree(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            // As the servers do; without it a port that was just closed counts as taken.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The process that listens on a port, such as "pid 4711 (nginx)"; of other users only root can tell.</summary>
    public static string HolderOf(int port)
    {
        var inodes = new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(File.ReadLines).Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(f => f.Length > 9 && f[3] == "0A" && f[1].EndsWith(":" + port.ToString("X4", CultureInfo.InvariantCulture), StringComparison.Ordinal))
            .Select(f => $"socket:[{f[9]}]").ToHashSet();
        foreach (var process in ProcessTable.All())
            if (OpenFiles(process.Identity.Pid).Any(inodes.Contains))
                return $"pid {process.Identity.Pid} ({ProcessTable.Command(process.Identity.Pid)})";
        return "another user's process";
    }

    private static IEnumerable<string> OpenFiles(int pid)
    {
        try
        {
            return Directory.GetFiles($"/proc/{pid}/fd").Select(f => ProcessTable.Link(pid, "fd/" + Path.GetFileName(f))).OfType<string>();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
