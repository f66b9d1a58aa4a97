using System.Diagnostics;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace QrPlatform.Marten.Tests;

/// <summary>A process of its own that runs a daemon over a test's store, so that it can be killed. The test assembly is its program.</summary>
internal sealed class DaemonProcess : IDisposable
{
    private readonly Process _process;

    /// <param name="connectionString">The store's database.</param>
    /// <param name="table">Where <see cref="SequenceLog"/> notes events.</param>
    /// <param name="mode">How the daemon shares work.</param>
    /// <param name="pause">Seconds that a page takes, so that it can be hit in the middle.</param>
    public DaemonProcess(string connectionString, string table, DaemonMode mode, double pause)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(DaemonProcess).Assembly.Location, connectionString, table, $"{mode}", FormattableString.Invariant($"{pause}")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
    }

    public static async Task Main(string[] args)
    {
        var store = new StoreDatabase(args[0]);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services
            .AddMarten(options =>
            {
                store.Configure(options);
                DaemonDatabase.Project(options, new SequenceLog(args[1], then: $"select pg_sleep({args[3]})"), page: 20);
                options.Projections.Snapshot<Turnover>(SnapshotLifecycle.Async);
                options.Policies.AllDocumentsAreMultiTenanted();
            })
            .UseLightweightSessions()
            .AddAsyncDaemon(Enum.Parse<DaemonMode>(args[2]));
        using var host = builder.Build();
        await host.StartAsync();

        // Until the test, or its whole process, is gone: a child must not outlive it.
        await Console.In.ReadToEndAsync();
        await host.StopAsync();
    }

    /// <summary>SIGKILL: nothing in the process gets to run any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
