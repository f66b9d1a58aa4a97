using System.Net;
using System.Net.Http.Headers;
using Aspire.Hosting;
using Aspire.Hosting.Native;

namespace QrPlatform.HostingTests;

/// <summary>The place of the receiver of traces, metrics and logs: it counts what services send where they are told to.</summary>
public sealed class TelemetryReceiverTests
{
    [Fact]
    public async Task What_services_send_is_taken_and_counted()
    {
        var port = PortTable.Assign();
        await using var stack = await Stack.StartAsync(
            b => b.AddExecutable("service", "sleep", ".", "1000"), null, dashboard: true,
            $"--ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL=http://localhost:{port}", "--AppHost:OtlpApiKey=key");
        using var client = await DashboardClient.Of(stack).LogInAsync();

        Assert.Equal(HttpStatusCode.OK, await PostAsync(port, "/v1/traces", "key"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(port, "/v1/traces", "key"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(port, "/v1/logs", "key"));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(port, "/v1/metrics", "wrong"));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(port, "/api/resources/service/stop", "key"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await PostAsync(port, "/v1/metrics", "key", "application/json"));

        await foreach (var (type, _, data) in client.EventsAsync("/api/events"))
        {
            if (type != "telemetry")
                continue;
            Assert.Equal($"http://localhost:{port}", data.GetProperty("address").GetString());
            Assert.Equal(
                [("traces", 2, 200), ("metrics", 0, 0), ("logs", 1, 100)],
                data.GetProperty("signals").EnumerateArray().Select(s => (s.GetProperty("signal").GetString()!, s.GetProperty("requests").GetInt32(), s.GetProperty("bytes").GetInt32())));
            break;
        }
    }

    [Fact]
    public async Task What_goes_to_another_program_is_left_to_it()
    {
        using var other = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var address = $"http://localhost:{((IPEndPoint)other.LocalEndpoint).Port}";
        await using var stack = await Stack.StartAsync(
            b => b.AddExecutable("service", "sleep", ".", "1000"), null, dashboard: true, $"--ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL={address}");
        using var client = await DashboardClient.Of(stack).LogInAsync();

        await foreach (var (type, _, data) in client.EventsAsync("/api/events"))
        {
            if (type != "telemetry")
                continue;
            Assert.Equal(address, data.GetProperty("elsewhere").GetString());
            break;
        }
    }

    private static async Task<HttpStatusCode> PostAsync(int port, string path, string key, string type = "application/x-protobuf")
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://localhost:{port}{path}") { Content = new ByteArrayContent(new byte[100]) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        request.Headers.Add("x-otlp-api-key", key);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }
}
