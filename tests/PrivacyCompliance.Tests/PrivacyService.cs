using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using QrPlatform.Keys;
using QrPlatform.PrivacyCompliance.Subjects;
using QrPlatform.ServiceDefaults.Security;
using QrPlatform.Testing;

namespace QrPlatform.PrivacyCompliance.Tests;

/// <summary>The service as it runs, on a database and a key directory of its own.</summary>
public sealed class PrivacyService : IAsyncLifetime
{
    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("qr-keys-");
    private readonly string _serviceKey = Guid.NewGuid().ToString("N");
    private App _app = null!;

    public NpgsqlDataSource Database { get; private set; } = null!;

    public KeyDirectory Keys => _app.Services.GetRequiredService<KeyDirectory>();

    public async Task InitializeAsync()
    {
        var connection = await TestServers.CreateDatabaseAsync();
        Database = NpgsqlDataSource.Create(connection);
        _app = new App(new Dictionary<string, string>
        {
            ["ConnectionStrings:qrplatform"] = connection,
            ["Keys:Directory"] = _keys.FullName,
            ["Services:Key"] = _serviceKey,
            ["Logging:LogLevel:Default"] = "Warning",
        });
        _app.StartServer();
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
