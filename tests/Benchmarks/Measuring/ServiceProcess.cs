using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using QrPlatform.Testing;

namespace QrPlatform.Benchmarks.Measuring;

/// <summary>A service as it is built, in a process of its own, so that its memory is its own.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _keys;

    private ServiceProcess(Process process, DirectoryInfo keys, Uri address) => (_process, _keys, Address) = (process, keys, address);

    /// <summary>Where it answers.</summary>
    public Uri Address { get; }

    /// <summary>Resident memory now and at its most, in MB.</summary>
    public (int Now, int Most) Memory => (ProcessFigures.Memory(_process.Id), ProcessFigures.MostMemory(_process.Id));

    /// <param name="service">The service's folder, such as <c>Projection</c>.</param>
    /// <param name="connectionString">The database with the event store.</param>
    /// <param name="settings">Further settings of the service.</param>
    public static async Task<ServiceProcess> StartAsync(string service, string connectionString, params (string Name, string Value)[] settings)
    {
        var keys = Directory.CreateTempSubdirectory("qr-benchmark-keys-");
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}"));
        var start = new ProcessStartInfo("dotnet", ["exec", Program(service)])
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["ASPNETCORE_URLS"] = address.ToString(),
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["ConnectionStrings__qrplatform"] = connectionString,
                ["ConnectionStrings__rabbitmq"] = (await TestServers.CreateVirtualHostAsync()).ToString(),
                ["Keys__Directory"] = keys.FullName,
                ["Logging__LogLevel__Default"] = "Warning",
            },
        };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) =>
        {
            if (!string.IsNullOrWhiteSpace(line.Data)) Console.WriteLine($"  {service}: {line.Data}");
        };
        process.BeginOutputReadLine();
        var started = new ServiceProcess(process, keys, address);
        using var client = new HttpClient { BaseAddress = address };
        await Eventually.TrueAsync(async () => (await client.GetAsync(new Uri("/health", UriKind.Relative))).IsSuccessStatusCode, $"the service {service} is healthy", TimeSpan.FromMinutes(2));
        return started;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _keys.Delete(recursive: true);
    }

    // The very build that this benchmark refers to.
    private static string Program(string service)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var (framework, configuration) = (output.Name, output.Parent!.Name);
        return Repository.PathOf("services", service, "bin", configuration, framework, $"QrPlatform.{service}.dll");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
