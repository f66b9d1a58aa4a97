using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.Native;

namespace QrPlatform.HostingTests;

/// <summary>How an AppHost begins and ends, seen from outside.</summary>
public sealed class AppHostProcessTests : IDisposable
{
    private readonly string _directory = Stack.NewDirectory();

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Leaves_nothing_behind_when_it_is_killed_and_starts_again()
    {
        IReadOnlyList<ProcessIdentity> processes;
        using (var killed = AppHostProcess.Start(_directory, "--servers=postgres,rabbitmq,redis"))
        {
            await killed.ReadyAsync();
            processes = killed.Recorded;
            Assert.Equal(5, processes.Count);
            var belonging = processes.SelectMany(ProcessTable.Session).Concat(ProcessTable.WorkingIn(Path.Combine(_directory, "postgres/data"))).ToArray();
            killed.Signal(ProcessTable.SignalKill);
            await killed.ExitAsync();
            await killed.UntilAsync(() => belonging.All(p => !p.IsAlive), "every process has ended");
            await killed.UntilAsync(() => !Directory.EnumerateFileSystemEntries(Path.Combine(_directory, "run"), "records", SearchOption.AllDirectories).Any(), "the supervisor is done");
        }

        using var again = AppHostProcess.Start(_directory, "--servers=postgres,redis");
        await again.ReadyAsync();
        again.Signal(ProcessTable.SignalInterrupt);
        Assert.Equal(0, await again.ExitAsync());
    }

    [Theory]
    [InlineData(ProcessTable.SignalInterrupt)]
    [InlineData(ProcessTable.SignalTerminate)]
    public async Task Stops_everything_when_asked_to(int signal)
    {
        using var host = AppHostProcess.Start(_directory, "--servers=postgres,redis");
        await host.ReadyAsync();
        var processes = host.Recorded;
        Assert.Equal(3, processes.Count);

        var began = Stopwatch.GetTimestamp();
        host.Signal(signal);
        Assert.Equal(0, await host.ExitAsync());

        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(15));
        Assert.All(processes, p => Assert.False(p.IsAlive));
        Assert.DoesNotContain("killed", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_what_a_run_left_behind_whose_supervisor_was_killed_too()
    {
        using var killed = AppHostProcess.Start(_directory, "--servers=redis");
        await killed.ReadyAsync();
        var left = killed.Recorded;
        // Stopped, they cannot act on each other's end.
        killed.Signal(19);
        var supervisor = ProcessTable.All().Single(p => IsSupervisor(p.Identity.Pid));
        ProcessTable.Signal(supervisor.Identity, ProcessTable.SignalKill);
        killed.Signal(ProcessTable.SignalKill);
        await killed.ExitAsync();
        Assert.All(left, p => Assert.True(p.IsAlive));

        using var next = AppHostProcess.Start(_directory, "--servers=redis");
        await next.ReadyAsync();

        Assert.All(left, p => Assert.False(p.IsAlive));
        Assert.Contains("left behind by an earlier run", next.Output, StringComparison.Ordinal);
        next.Signal(ProcessTable.SignalTerminate);
        await next.ExitAsync();

        bool IsSupervisor(int pid) =>
            File.Exists($"/proc/{pid}/cmdline") && File.ReadAllText($"/proc/{pid}/cmdline") is var command
            && command.Contains("supervisor.sh", StringComparison.Ordinal) && command.Contains(_directory, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_who_holds_a_port()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        using var host = AppHostProcess.Start(_directory, "--servers=redis", $"--redis-port={port}");

        await RefusesAsync(host, $"redis: port {port} is taken by pid {Environment.ProcessId}");
    }

    [Fact]
    public async Task Says_what_is_not_installed()
    {
        using var host = AppHostProcess.Start(_directory, "/nowhere", ["--servers=redis"]);

        await RefusesAsync(host, "redis: Redis is not installed: install it (Debian, Ubuntu: apt-get install redis-server)");
    }

    [Fact]
    public async Task Says_that_data_is_of_another_version()
    {
        var data = Path.Combine(_directory, "postgres", "data");
        Directory.CreateDirectory(data);
        await File.WriteAllTextAsync(Path.Combine(data, "PG_VERSION"), "9.6\n");

        using var host = AppHostProcess.Start(_directory, "--servers=postgres");

        await RefusesAsync(host, $"postgres: the data in {data} was written by PostgreSQL 9.6");
    }

    [Fact]
    public async Task Says_that_the_data_directory_is_in_use()
    {
        using var first = AppHostProcess.Start(_directory);
        await first.ReadyAsync();

        using var second = AppHostProcess.Start(_directory);

        await RefusesAsync(second, $"{_directory} is in use by a running AppHost (pid {first.Pid})");
        first.Signal(ProcessTable.SignalTerminate);
        Assert.Equal(0, await first.ExitAsync());
    }

    [Fact]
    public async Task Runs_beside_another_on_another_directory()
    {
        var other = Stack.NewDirectory();
        try
        {
            using var first = AppHostProcess.Start(_directory, "--servers=redis");
            using var second = AppHostProcess.Start(other, "--servers=redis", "--QR_DATA_EPHEMERAL=true");
            await first.ReadyAsync();
            await second.ReadyAsync();

            second.Signal(ProcessTable.SignalTerminate);
            await second.ExitAsync();

            Assert.All(first.Recorded, p => Assert.True(p.IsAlive));
            Assert.False(Directory.Exists(other));
            first.Signal(ProcessTable.SignalTerminate);
            await first.ExitAsync();
        }
        finally
        {
            if (Directory.Exists(other))
                Directory.Delete(other, recursive: true);
        }
    }

    private static async Task RefusesAsync(AppHostProcess host, string line)
    {
        Assert.Equal(1, await host.ExitAsync());
        var said = Assert.Single(host.Output.Split('\n'), l => l.StartsWith(line, StringComparison.Ordinal));
        Assert.NotEmpty(said);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }
}
