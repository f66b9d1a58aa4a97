using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using QrPlatform.Testing;

namespace QrPlatform.EndToEnd;

/// <summary>The whole stack, booted from the AppHost once for all tests of the collection, on a throw-away data directory and assigned ports.</summary>
public sealed class Stack : IAsyncLifetime
{
    // A directory that what the parts logged is copied to.
    private const string KeptLogs = "QR_TEST_LOGS";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private DistributedApplication? _application;

    /// <summary>The directory of all data, logs and run records.</summary>
    public string DataDirectory { get; } = Path.Combine(Path.GetTempPath(), $"qrplatform-e2e-{Guid.NewGuid():N}");

    /// <summary>What services recognise each other by.</summary>
    public string ServiceKey { get; } = $"{Guid.NewGuid():N}{Guid.NewGuid():N}";

    /// <summary>A client of the gateway without credentials.</summary>
    public HttpClient Gateway { get; private set; } = null!;

    /// <summary>The operations page.</summary>
    public Uri Dashboard => _application!.GetEndpoint("aspire-dashboard", "http");

    /// <summary>What the operations page's login asks for.</summary>
    public string DashboardToken => _application!.Services.GetRequiredService<IConfiguration>()["AppHost:BrowserToken"]!;

    public async Task InitializeAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(
            [$"--QR_DATA_DIR={DataDirectory}", "--QR_DATA_EPHEMERAL=true", $"--Parameters:service-key={ServiceKey}"], (options, _) => options.DisableDashboard = false, limit.Token);
        _application = await builder.BuildAsync(limit.Token);
        await _application.StartAsync(limit.Token);
        Gateway = _application.CreateHttpClient("gateway", "http");
        await Eventually.TrueAsync(async () => (await Gateway.GetAsync("/health")).IsSuccessStatusCode, "the stack is healthy", StartLimit);
    }

    public async Task DisposeAsync()
    {
        // They go with the stack.
        KeepLogs(Environment.GetEnvironmentVariable(KeptLogs));
        if (_application is not null) await _application.DisposeAsync();
        if (Directory.Exists(DataDirectory)) Directory.Delete(DataDirectory, recursive: true);
    }

    /// <summary>Where a part of the stack is reached without the gateway.</summary>
    public Uri AddressOf(string resource) => _application!.GetEndpoint(resource, "http");

    /// <summary>A client with a user's token.</summary>
    public async Task<HttpClient> SignInAsync(string user, string password = "demo")
    {
        using var answer = await Gateway.PostAsJsonAsync("/auth/token", new { username = user, password });
        answer.EnsureSuccessStatusCode();
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString();
        return WithBearer(token!);
    }

    /// <summary>A client with a bearer token or ingest key.</summary>
    public HttpClient WithBearer(string token)
    {
        var client = new HttpClient { BaseAddress = Gateway.BaseAddress, Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Connection string of the platform's database, as the services have it.</summary>
    public async Task<string> DatabaseAsync() =>
        await _application!.GetConnectionStringAsync("qrplatform") ?? throw new InvalidOperationException("The AppHost gives the database no connection string.");

    /// <summary>An open connection as a BI login.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string? login = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(await DatabaseAsync()) { Pooling = false };
        if (login is not null) (settings.Username, settings.Password) = (login, login);
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Connection string of the cache, as the services have it.</summary>
    public async Task<string> RedisAsync() =>
        await _application!.GetConnectionStringAsync("redis") ?? throw new InvalidOperationException("The AppHost gives the cache no connection string.");

    /// <summary>Every key and value of the cache, one after the other.</summary>
    public async Task<byte[]> RedisContentAsync()
    {
        const string All = "local all = {} for _, key in ipairs(redis.call('keys', '*')) do table.insert(all, key) table.insert(all, redis.call('dump', key)) "
            + "if redis.call('type', key).ok == 'string' then table.insert(all, redis.call('get', key)) end end return all";
        var settings = (await _application!.GetConnectionStringAsync("redis"))!.Split(',');
        var (host, port) = (settings[0].Split(':')[0], settings[0].Split(':')[1]);
        using var client = Process.Start(new ProcessStartInfo("redis-cli", ["--raw", "-h", host, "-p", port, "eval", All, "0"])
        {
            RedirectStandardOutput = true,
            Environment = { ["REDISCLI_AUTH"] = settings.FirstOrDefault(setting => setting.StartsWith("password=", StringComparison.Ordinal))?["password=".Length..] },
        })!;
        using var content = new MemoryStream();
        await client.StandardOutput.BaseStream.CopyToAsync(content);
        await client.WaitForExitAsync();
        Assert.Equal(0, client.ExitCode);
        return content.ToArray();
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, string? login = null)
    {
        await using var connection = await ConnectAsync(login);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>Waits until everything that was accepted is in every number: the tenant's ledger balances and the projection has caught up.</summary>
    public async Task DrainAsync(string administrator, TimeSpan? deadline = null)
    {
        using var client = await SignInAsync(administrator);
        // The door notes what it received a moment after its answer: the total has to stand still, too.
        var received = -1L;
        await Eventually.TrueAsync(
            async () =>
            {
                var ledger = await LedgerAsync(client);
                var before = received;
                received = ledger.GetProperty("received").GetInt64();
                return received == before && ledger.GetProperty("difference").GetInt64() == 0
                    && await ScalarAsync<bool>("select projected >= stored from projection.watermark()");
            },
            $"the ledger of {administrator}'s tenant balances and the projection has caught up", deadline ?? TimeSpan.FromMinutes(2));
    }

    /// <summary>The total of the tenant's ledger over the last and next hours.</summary>
    public static async Task<JsonElement> LedgerAsync(HttpClient client)
    {
        var now = TimeProvider.System.GetUtcNow();
        var from = Uri.EscapeDataString(now.AddHours(-2).ToString("O"));
        var to = Uri.EscapeDataString(now.AddHours(2).ToString("O"));
        return (await client.GetFromJsonAsync<JsonElement>($"/v1/ledger?from={from}&to={to}")).GetProperty("total");
    }

    /// <summary>Asks the query API; fails with the answer's body when it refuses.</summary>
    public static async Task<JsonElement> QueryAsync(HttpClient client, object query)
    {
        using var answer = await client.PostAsJsonAsync("/v1/query", query);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {body}");
        return JsonDocument.Parse(body).RootElement;
    }

    private void KeepLogs(string? directory)
    {
        var logs = Path.Combine(DataDirectory, "logs");
        if (string.IsNullOrEmpty(directory) || !Directory.Exists(logs)) return;
        Directory.CreateDirectory(directory);
        foreach (var log in Directory.EnumerateFiles(logs, "*.log")) File.Copy(log, Path.Combine(directory, Path.GetFileName(log)), overwrite: true);
    }

    /// <summary>The one number of a query without dimensions.</summary>
    public static async Task<decimal> NumberAsync(HttpClient client, string metric, string from, string to) =>
        (await QueryAsync(client, new { metrics = new[] { metric }, dateRange = new { from, to } })).GetProperty("rows")[0][0].GetDecimal();
}

/// <summary>Tests that share one stack. They use tenants, campaigns and dates of their own.</summary>
[CollectionDefinition(Name)]
public sealed class StackCollection : ICollectionFixture<Stack>
{
    public const string Name = "stack";
}
