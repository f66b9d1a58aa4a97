using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using QrPlatform.Reporting.Tests.Data;
using QrPlatform.ServiceDefaults.Security;
using QrPlatform.Testing;

namespace QrPlatform.Reporting.Tests.Hosting;

/// <summary>The service on a free port, with a database of its own, real Redis and tokens of a real issuer.</summary>
internal sealed class RunningReporting : IAsyncDisposable
{
    private readonly TokenIssuer _issuer;
    private readonly WebApplication _app;
    private readonly DirectoryInfo _keys;

    private RunningReporting(TokenIssuer issuer, WebApplication app, EventLog log, DirectoryInfo keys)
    {
        _keys = keys;
        _issuer = issuer;
        _app = app;
        Log = log;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Client { get; }

    public EventLog Log { get; }

    /// <summary>The service's own parts.</summary>
    public IServiceProvider Services => _app.Services;

    public static async Task<RunningReporting> StartAsync(string? redis = null, params string[] settings)
    {
        var log = await EventLog.CreateAsync();
        var issuer = await TokenIssuer.StartAsync();
        var keys = Directory.CreateTempSubdirectory("qr-keys-");
        var app = ReportingApplication.Build(new WebApplicationOptions
        {
            ApplicationName = typeof(ReportingApplication).Assembly.GetName().Name,
            EnvironmentName = "Development",
            Args =
            [
                "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Error",
                $"--ConnectionStrings:qrplatform={log.ConnectionString}", $"--ConnectionStrings:redis={redis ?? await TestServers.RedisAsync()}",
                $"--ConnectionStrings:rabbitmq={await TestServers.CreateVirtualHostAsync()}", $"--services:gateway:http:0={issuer.Address}",
                $"--Keys:Directory={keys.FullName}",
                .. settings,
            ],
        });
        await app.StartAsync();
        return new RunningReporting(issuer, app, log, keys);
    }

    public string Token(string role = Roles.Administrator, string tenant = "demo", params string[] campaigns) => _issuer.Token(role, tenant, campaigns: campaigns);

    public string ShortToken(TimeSpan life) => _issuer.Token(Roles.Administrator, life);

    public Task<HttpResponseMessage> PostAsync(string body, string? token, string mediaType = "application/json") =>
        PostAsync(new StringContent(body, Encoding.UTF8, mediaType), token);

    public Task<HttpResponseMessage> PostAsync(HttpContent body, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/query") { Content = body };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return Client.SendAsync(request);
    }

    public Task<HttpResponseMessage> GetAsync(string path, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return Client.SendAsync(request);
    }

    public async Task<Answer> QueryAsync(object query, string? token = null)
    {
        using var response = await PostAsync(JsonSerializer.Serialize(query), token ?? Token());
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return Answer.Of(JsonDocument.Parse(text).RootElement, response.Headers.GetValues("X-Cache").Single());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _issuer.DisposeAsync();
        await Log.DisposeAsync();
        _keys.Delete(recursive: true);
    }
}

/// <summary>A parsed answer of the query API.</summary>
internal sealed record Answer(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<JsonElement>> Rows, DateTimeOffset AsOf, bool Truncated, string Cache)
{
    public static Answer Of(JsonElement json, string cache) => new(
        [.. json.GetProperty("columns").EnumerateArray().Select(column => column.GetString()!)],
        [.. json.GetProperty("rows").EnumerateArray().Select(row => (IReadOnlyList<JsonElement>)[.. row.EnumerateArray()])],
        json.GetProperty("asOf").GetDateTimeOffset(),
        json.GetProperty("truncated").GetBoolean(),
        cache);

    /// <summary>The only number of a query without dimensions.</summary>
    public decimal? Single => Rows.Single()[0] is { ValueKind: JsonValueKind.Number } number ? number.GetDecimal() : null;
}
