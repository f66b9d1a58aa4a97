using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using QrPlatform.Contracts.Erasure;
using QrPlatform.Keys;
using QrPlatform.PrivacyCompliance.Erasure;
using QrPlatform.PrivacyCompliance.Subjects;
using QrPlatform.ServiceDefaults.Security;
using QrPlatform.Testing;

namespace QrPlatform.PrivacyCompliance.Tests;

/// <summary>The service as it runs, on a database, a virtual host and a key directory of its own.</summary>
public sealed class PrivacyService : IAsyncLifetime
{
    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("qr-keys-");
    private readonly string _serviceKey = Guid.NewGuid().ToString("N");
    private App _app = null!;
    private TokenIssuer _issuer = null!;
    private Dictionary<string, string> _settings = null!;

    public Uri Broker { get; private set; } = null!;

    public string KeyDirectoryPath => _keys.FullName;

    public NpgsqlDataSource Database { get; private set; } = null!;

    public KeyDirectory Keys => _app.Services.GetRequiredService<KeyDirectory>();

    public async Task InitializeAsync()
    {
        var connection = await TestServers.CreateDatabaseAsync();
        Database = NpgsqlDataSource.Create(connection);
        Broker = await TestServers.CreateVirtualHostAsync();
        _issuer = await TokenIssuer.StartAsync();
        _settings = new Dictionary<string, string>
        {
            ["ConnectionStrings:qrplatform"] = connection,
            ["Keys:Directory"] = _keys.FullName,
            ["Services:Key"] = _serviceKey,
            ["Logging:LogLevel:Default"] = "Warning",
            ["ConnectionStrings:rabbitmq"] = Broker.ToString(),
            ["services:gateway:http:0"] = _issuer.Address,
            ["Erasure:AskAgainAfter"] = "00:00:00.500",
            ["Erasure:LookEvery"] = "00:00:00.200",
        };
        Start();
    }

    /// <summary>The process is gone, and whatever it was about to do.</summary>
    public Task KillAsync() => _app.DisposeAsync().AsTask();

    /// <summary>Starts the process, again after <see cref="KillAsync"/>: on the same database, broker and keys.</summary>
    public void Start()
    {
        _app = new App(_settings);
        _app.StartServer();
    }

    /// <summary>A client with a user's token.</summary>
    public HttpClient User(string role = Roles.ComplianceOfficer, string tenant = "demo", string? user = null)
    {
        var client = _app.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _issuer.Token(role, tenant, user));
        return client;
    }

    public static SubjectQuestion NewQuestion(string tenant = "demo", string kind = "visitor") => new(tenant, kind, RandomNumberGenerator.GetBytes(32));

    public HttpClient Client(string? key = null)
    {
        var client = _app.CreateClient();
        client.DefaultRequestHeaders.Add(ServiceKey.Header, key ?? _serviceKey);
        return client;
    }

    public Task<HttpResponseMessage> AskAsync(object request) => Client().PostAsJsonAsync("/internal/v1/subjects/resolve", request);

    public async Task<IReadOnlyList<SubjectAnswer>> ResolveAsync(params IReadOnlyList<SubjectQuestion> questions)
    {
        using var response = await AskAsync(new ResolveSubjectsRequest(questions));
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<ResolveSubjectsResponse>())!.Subjects;
    }

    /// <summary>An owner's report, as the bus would deliver it.</summary>
    public Task ReportAsync(ErasureReport report) => _app.Services.GetRequiredService<ErasureProcess>().TakeReportAsync(report, CancellationToken.None);

    public async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _issuer.DisposeAsync();
        await Database.DisposeAsync();
        _keys.Delete(recursive: true);
    }

    private sealed class App(IReadOnlyDictionary<string, string> settings) : WebApplicationFactory<SubjectRecords>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            foreach (var (name, value) in settings) builder.UseSetting(name, value);
        }
    }
}
