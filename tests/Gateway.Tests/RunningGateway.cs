using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using QrPlatform.Gateway.Identity;
using QrPlatform.Testing;

namespace QrPlatform.Gateway.Tests;

/// <summary>The gateway itself, on a free port, with real servers and the given configuration.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _keys;

    private RunningGateway(WebApplication app, string keys)
    {
        (_app, _keys) = (app, keys);
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static string Folder { get; } = typeof(RunningGateway).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "GatewayFolder").Value!;

    /// <summary>Starts a gateway with a database and key directory of its own, unless the settings name others.</summary>
    public static async Task<RunningGateway> StartAsync(Dictionary<string, string?>? settings = null, string environment = "Development")
    {
        var all = new Dictionary<string, string?>(settings ?? [], StringComparer.Ordinal);
        if (!all.ContainsKey("ConnectionStrings:qrplatform")) all["ConnectionStrings:qrplatform"] = await TestServers.CreateDatabaseAsync();
        if (!all.ContainsKey("ConnectionStrings:rabbitmq")) all["ConnectionStrings:rabbitmq"] = (await TestServers.RabbitMqAsync()).Amqp.ToString();
        all.TryAdd("ConnectionStrings:redis", await TestServers.RedisAsync());
        var keys = Directory.CreateTempSubdirectory("qr-gateway-").FullName;
        all.TryAdd("Keys:Directory", keys);

        var app = Build(all, environment, Console.Error) ?? throw new InvalidOperationException("The gateway refuses to start.");
        await app.StartAsync();
        return new RunningGateway(app, keys);
    }

    public static WebApplication? Build(Dictionary<string, string?> settings, string environment, TextWriter errors)
    {
        settings["urls"] = "http://127.0.0.1:0";
        settings["Logging:LogLevel:Default"] = "Warning";
        var options = new WebApplicationOptions
        {
            Args = [.. settings.Select(setting => $"--{setting.Key}={setting.Value}")],
            ApplicationName = typeof(GatewayApplication).Assembly.GetName().Name,
            ContentRootPath = Folder,
            EnvironmentName = environment,
        };
        return GatewayApplication.TryBuild(options, errors);
    }

    public Task PreparedAsync() =>
        Eventually.TrueAsync(() => Task.FromResult(Services.GetRequiredService<IdentityPreparation>().IsDone), "the user directory is prepared");

    public Task<HttpResponseMessage> AskForTokenAsync(string user, string password) =>
        Client.PostAsJsonAsync("/auth/token", new { username = user, password });

    public async Task<string> TokenAsync(string user)
    {
        await PreparedAsync();
        using var response = await AskForTokenAsync(user, "demo");
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token = null, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task<JsonElement> HealthAsync()
    {
        using var response = await Client.GetAsync("/health");
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
        Directory.Delete(_keys, recursive: true);
    }
}
