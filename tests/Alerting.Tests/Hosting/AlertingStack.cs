using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Npgsql;
using QrPlatform.ServiceDefaults.Security;
using QrPlatform.Testing;

namespace QrPlatform.Alerting.Tests.Hosting;

/// <summary>A database of its own, numbers, and any number of instances of the service over them.</summary>
internal sealed class AlertingStack : IAsyncDisposable
{
    private readonly List<WebApplication> _instances = [];
    private readonly string _keys = Directory.CreateTempSubdirectory("qrplatform-alerting-").FullName;
    private readonly TokenIssuer _issuer;
    private readonly string _connection;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(30) };

    private AlertingStack(TokenIssuer issuer, Numbers numbers, string connection)
    {
        (_issuer, Numbers, _connection) = (issuer, numbers, connection);
        Database = NpgsqlDataSource.Create(connection);
    }

    public Numbers Numbers { get; }

    public NpgsqlDataSource Database { get; }

    public static async Task<AlertingStack> StartAsync(params string[] settings)
    {
        var stack = new AlertingStack(await TokenIssuer.StartAsync(), await Numbers.StartAsync(), await TestServers.CreateDatabaseAsync());
        await stack.AddInstanceAsync(settings);
        return stack;
    }

    public async Task<WebApplication> AddInstanceAsync(params string[] settings)
    {
        var app = AlertingApplication.Build(new WebApplicationOptions
        {
            ApplicationName = typeof(AlertingApplication).Assembly.GetName().Name,
            EnvironmentName = "Development",
            Args =
            [
                "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None", $"--ConnectionStrings:qrplatform={_connection}", $"--services:gateway:http:0={_issuer.Address}",
                $"--services:reporting:http:0={Numbers.Address}", $"--Services:Key={Numbers.Key}", $"--Keys:Directory={_keys}", "--Alerting:EvaluateEvery=00:00:00.100",
                "--Alerting:Grace=00:00:00", "--Alerting:Delivery:Every=00:00:00.100", "--Alerting:Delivery:FirstPause=00:00:00.200", "--Alerting:Smtp:Tls=false", .. settings,
            ],
        });
        await app.StartAsync();
        _instances.Add(app);
        return app;
    }

    public async Task StopAsync(WebApplication instance)
    {
        _instances.Remove(instance);
        await instance.StopAsync();
        await instance.DisposeAsync();
    }

    public async Task<(int Status, JsonElement Body)> SendAsync(
        HttpMethod method, string path, object? body = null, string role = Roles.Administrator, string tenant = "demo", params string[] campaigns)
    {
        using var request = new HttpRequestMessage(method, _instances[0].Urls.Single() + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _issuer.Token(role, tenant, campaigns: campaigns));
        if (body is not null) request.Content = JsonContent.Create(body);
        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone());
    }

    public async Task<JsonElement> PutRuleAsync(string id, object rule)
    {
        var (status, body) = await SendAsync(HttpMethod.Put, "/v1/alerts/rules/" + id, rule);
        Assert.True(status is 200 or 201, body.ToString());
        return body;
    }

    public async Task<IReadOnlyList<JsonElement>> IncidentsAsync(string query = "") =>
        [.. (await SendAsync(HttpMethod.Get, "/v1/alerts/incidents" + query)).Body.GetProperty("incidents").EnumerateArray()];

    public async Task<JsonElement> IncidentAsync(JsonElement incident) =>
        (await SendAsync(HttpMethod.Get, $"/v1/alerts/incidents/{incident.GetProperty("id").GetString()}")).Body;

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances.ToList()) await StopAsync(instance);
        await Numbers.DisposeAsync();
        await _issuer.DisposeAsync();
        await Database.DisposeAsync();
        _client.Dispose();
        Directory.Delete(_keys, recursive: true);
    }
}

/// <summary>Rules as callers write them.</summary>
internal static class Make
{
    /// <summary>Start of the quarter of an hour that many intervals ago.</summary>
    public static DateTimeOffset Quarter(int ago)
    {
        var now = TimeProvider.System.GetUtcNow().UtcTicks;
        return new DateTimeOffset(now - (now % TimeSpan.FromMinutes(15).Ticks), TimeSpan.Zero).AddMinutes(-15 * ago);
    }

    public static object Rule(
        DateTimeOffset? from = null, string[]? emails = null, object[]? webhooks = null, object? condition = null, string noData = "ignore", string name = "Scans collapsed", string metric = "total_scans") => new
        {
            name,
            metric,
            filters = new[] { new { dimension = "country", @operator = "eq", values = new[] { "US" } } },
            interval = "15m",
            condition = condition ?? new { @operator = "lt", threshold = 80, recoveryThreshold = 90 },
            noData,
            severity = "critical",
            notify = new { emails = emails ?? [], webhooks = webhooks ?? [] },
            evaluateFrom = from,
        };
}
