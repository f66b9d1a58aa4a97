using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Native;

namespace QrPlatform.HostingTests;

/// <summary>An application that runs in the test process, on a data directory of its own.</summary>
internal sealed class Stack : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private Stack(DistributedApplication application, string directory) => (Application, Directory) = (application, directory);

    public DistributedApplication Application { get; }

    public string Directory { get; }

    public ResourceNotificationService Notifications => Application.ResourceNotifications;

    public static string NewDirectory() => Path.Combine(Path.GetTempPath(), $"qrplatform-test-{Guid.NewGuid():N}");

    public static async Task<Stack> StartAsync(Action<IDistributedApplicationBuilder> describe, string? directory = null, bool dashboard = false, params string[] more)
    {
        var own = directory ?? NewDirectory();
        List<string> args = [$"--QR_DATA_DIR={own}", .. more];
        if (dashboard)
            args.Add($"--ASPNETCORE_URLS={DashboardClient.Anywhere}");
        if (directory is null)
            args.Add("--QR_DATA_EPHEMERAL=true");
        var builder = DistributedApplication.CreateBuilder([.. args]);
        describe(builder);
        var application = builder.Build();
        using var deadline = new CancellationTokenSource(Patience);
        await application.StartAsync(deadline.Token);
        return new Stack(application, own);
    }

    public async Task<CustomResourceSnapshot> HealthyAsync(string name)
    {
        using var deadline = new CancellationTokenSource(Patience);
        return (await Notifications.WaitForResourceHealthyAsync(name, deadline.Token)).Snapshot;
    }

    public async Task<CustomResourceSnapshot> ReachesAsync(string name, Func<CustomResourceSnapshot, bool> condition)
    {
        using var deadline = new CancellationTokenSource(Patience);
        return (await Notifications.WaitForResourceAsync(name, e => condition(e.Snapshot), deadline.Token)).Snapshot;
    }

    /// <summary>Kills a resource's process and waits until another is healthy; says how long that took.</summary>
    public async Task<TimeSpan> KillAsync(string name)
    {
        var pid = PidOf(await HealthyAsync(name));
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        ProcessTable.Signal(ProcessTable.Read(pid)!.Identity, ProcessTable.SignalKill);
        await ReachesAsync(name, s => s.HealthStatus == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy && PidOf(s) != pid);
        return System.Diagnostics.Stopwatch.GetElapsedTime(began);
    }

    public static int PidOf(CustomResourceSnapshot snapshot) => (int)snapshot.Properties.Single(p => p.Name == "executable.pid").Value!;

    public ValueTask DisposeAsync() => Application.DisposeAsync();
}
