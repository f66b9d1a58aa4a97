using System.Diagnostics;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using QrPlatform.Events;
using QrPlatform.Projection.Scans;

namespace QrPlatform.Projection.Tests;

/// <summary>A process of its own that projects a test's log as the service does, so that it can be killed. The test assembly is its program.</summary>
internal sealed class DaemonProcess : IDisposable
{
    private readonly Process _process;

    /// <param name="connectionString">The log's database.</param>
    /// <param name="page">Events of a page at most.</param>
    public DaemonProcess(string connectionString, int page)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(DaemonProcess).Assembly.Location, connectionString, FormattableString.Invariant($"{page}")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
    }

    public static async Task Main(string[] args)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services
            .AddMarten(options =>
            {
                options.Connection(new NpgsqlConnectionStringBuilder(args[0]) { NoResetOnClose = true }.ConnectionString);
                EventStoreConfiguration.Configure(options);
                options.Projections.LeadershipPollingTime = 250;
                options.Projections.Add(
                    new ScanProjection(), ProjectionLifecycle.Async, ScanProjection.Name, async => async.BatchSize = int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
            })
            .AddAsyncDaemon(DaemonMode.HotCold);
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
