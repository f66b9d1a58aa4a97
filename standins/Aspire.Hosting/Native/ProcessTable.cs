using System.Globalization;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Native;

/// <summary>A process, told from a later one with the same id by when it was started (clock ticks since boot).</summary>
internal readonly record struct ProcessIdentity(int Pid, long StartTime)
{
    public bool IsAlive => ProcessTable.Read(Pid) is { } now && now.Identity == this && !now.IsZombie;
}

internal sealed record ProcessEntry(ProcessIdentity Identity, int Session, bool IsZombie);

/// <summary>The kernel's table of processes, by /proc.</summary>
internal static partial class ProcessTable
{
    public const int SignalInterrupt = 2;
    public const int SignalKill = 9;
    public const int SignalTerminate = 15;

    public static ProcessEntry? Read(int pid)
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{pid}/stat");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // The command is in parentheses and may hold anything; after it come state (3rd field), ppid, pgrp, session ... starttime (22nd).
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return new ProcessEntry(
            new ProcessIdentity(pid, long.Parse(fields[19], CultureInfo.InvariantCulture)),
            int.Parse(fields[3], CultureInfo.InvariantCulture), fields[0] is "Z" or "X");
    }

    public static IEnumerable<ProcessEntry> All() =>
        Directory.EnumerateDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? Read(pid) : null)
            .OfType<ProcessEntry>();

    /// <summary>The living members of the session that <paramref name="leader" /> leads or led.</summary>
    public static IReadOnlyList<ProcessIdentity> Session(ProcessIdentity leader)
    {
        // The kernel does not give out a process id again while a session has it as its id: members found are the leader's,
        // unless the id now belongs to another process.
        if (Read(leader.Pid) is { } now && now.Identity != leader)
            return [];
        return [.. All().Where(p => p.Session == leader.Pid && !p.IsZombie).Select(p => p.Identity)];
    }

    /// <summary>The living processes that have a directory as their working directory.</summary>
    public static IReadOnlyList<ProcessIdentity> WorkingIn(string directory) =>
        [.. All().Where(p => !p.IsZombie && Link(p.Identity.Pid, "cwd") == directory).Select(p => p.Identity)];

    public static string? Link(int pid, string name)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/{name}").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static string Command(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").Trim();
        }
        catch (IOException)
        {
            return "?";
        }
    }

    /// <summary>Sends a signal, unless the process is gone.</summary>
    public static void Signal(ProcessIdentity process, int signal)
    {
        if (process.IsAlive)
            _ = Kill(process.Pid, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUserId();

    public static bool IsRoot => EffectiveUserId() == 0;
}
