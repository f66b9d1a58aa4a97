using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;
using QrPlatform.EndToEnd.Data;
using QrPlatform.Testing;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace QrPlatform.EndToEnd;

/// <summary>The AppHost as a process of its own, as <c>./run</c> starts it.</summary>
public sealed class RestartTests : IDisposable
{
    private static readonly TimeSpan Start = TimeSpan.FromMinutes(3), Stop = TimeSpan.FromSeconds(30);

    private readonly string _data = Path.Combine(Path.GetTempPath(), $"qrplatform-restart-{Guid.NewGuid():N}");
    private readonly int _gatewayPort = FreePort(), _postgresPort = FreePort();
    private readonly HttpClient _client;

    public RestartTests() => _client = new HttpClient { BaseAddress = new Uri($"http://localhost:{_gatewayPort}"), Timeout = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task Leaves_no_process_behind_and_finds_all_data_again_after_a_kill_and_after_a_stop()
    {
        using (var killed = StartAppHost(_data, _gatewayPort, _postgresPort))
        {
            await HealthyAsync(killed);
            await SendAsync();
            await Eventually.TrueAsync(async () => await CountAsync() == 1, "the event is visible");
            var processes = RunRecords.Living(_data);
            Assert.True(processes.Count >= 10, $"{processes.Count} processes are recorded");

            killed.Process.Kill();
            await Eventually.TrueAsync(() => Task.FromResult(!processes.Any(IsAlive)), "nothing survives a kill of the AppHost", Stop);
        }

        using var again = StartAppHost(_data, _gatewayPort, _postgresPort);
        await HealthyAsync(again);
        Assert.Equal(1, await CountAsync());
        await SendAsync();

        // Another stack on the same port: one clear line, no stack trace, and the first goes on.
        using (var second = StartAppHost(_data + "-second", _gatewayPort, FreePort()))
        {
            await Eventually.TrueAsync(() => Task.FromResult(second.Process.HasExited), "the second stack refuses to start", Stop);
            Assert.NotEqual(0, second.Process.ExitCode);
            Assert.Contains(second.Lines, line => line.Contains($"{_gatewayPort}", StringComparison.Ordinal) && line.Contains("pid", StringComparison.Ordinal));
            Assert.DoesNotContain(second.Lines, line => line.StartsWith("   at ", StringComparison.Ordinal));
        }

        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/health")).StatusCode);
        Assert.Equal(1, await CountAsync());

        var running = RunRecords.Living(_data);
        using var terminate = Process.Start("kill", ["-TERM", $"{again.Process.Id}"]);
        await Eventually.TrueAsync(() => Task.FromResult(again.Process.HasExited && !running.Any(IsAlive)), "SIGTERM stops everything", Stop);
    }

    public void Dispose()
    {
        _client.Dispose();
        foreach (var directory in (string[])[_data, _data + "-second"])
        {
            if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        }
    }

    private async Task HealthyAsync(Running stack) => await Eventually.TrueAsync(
        async () => stack.Process.HasExited
            ? throw new InvalidOperationException(string.Join('\n', stack.Lines))
            : (await _client.GetAsync("/health")).IsSuccessStatusCode,
        "the stack is healthy", Start);

    private async Task SendAsync()
    {
        var scan = new Event { EventId = "restart-1", Timestamp = new DateTimeOffset(2024, 3, 1, 0, 0, 0, TimeSpan.Zero), EventType = "SCAN", QrCodeId = "restart" };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events") { Content = new StringContent(scan.ToJson(), Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", Door.AcmeKey);
        using var answer = await _client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private async Task<long> CountAsync()
    {
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={_postgresPort};Database=qrplatform;Username=bi_acme;Password=bi_acme;Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select count(*) from bi.qr_scan_events where qr_code_id = 'restart'", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static Running StartAppHost(string data, int gatewayPort, int postgresPort)
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var assembly = Path.Combine(Projects.AppHost.ProjectPath, "bin", configuration, "net10.0", "AppHost.dll");
        var start = new ProcessStartInfo("dotnet", [assembly])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["QR_DATA_DIR"] = data, ["QR_GATEWAY_PORT"] = $"{gatewayPort}", ["QR_POSTGRES_PORT"] = $"{postgresPort}",
                ["QR_DASHBOARD_PORT"] = $"{FreePort()}",
            },
        };
        return new Running(Process.Start(start)!);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Running : IDisposable
    {
        public Running(Process process)
        {
            Process = process;
            process.OutputDataReceived += (_, line) => Lines.Enqueue(line.Data ?? "");
            process.ErrorDataReceived += (_, line) => Lines.Enqueue(line.Data ?? "");
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public Process Process { get; }

        public ConcurrentQueue<string> Lines { get; } = [];

        public void Dispose()
        {
            if (!Process.HasExited) Process.Kill();
            Process.Dispose();
        }
    }
}
