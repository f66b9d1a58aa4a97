using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using QrPlatform.Ingestion.Receiving;
using QrPlatform.ServiceDefaults.Security;
using QrPlatform.Testing;

namespace QrPlatform.Ingestion.Tests;

/// <summary>The door as it runs, in process, on a database and a virtual host of its own.</summary>
internal sealed class IngestionHost : WebApplicationFactory<ReceiveEvents>
{
    private static readonly ECDsaSecurityKey SigningKey = new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "test" };

    private readonly Dictionary<string, string?> _settings = [];
    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("ingestion-keys-");
    private readonly string _environment;

    private IngestionHost(string environment) => _environment = environment;

    public string Database { get; private init; } = "";

    public Uri Broker { get; private init; } = new("amqp://localhost");

    public string KeyDirectory => _keys.FullName;

    public static async Task<IngestionHost> StartAsync(
        Uri? broker = null, string environment = "Development", string? database = null, params (string Key, string Value)[] settings)
    {
        var host = new IngestionHost(environment)
        {
            Database = database ?? await TestServers.CreateDatabaseAsync(),
            Broker = broker ?? await TestServers.CreateVirtualHostAsync(),
        };
        host._settings["ConnectionStrings:qrplatform"] = host.Database;
        host._settings["ConnectionStrings:rabbitmq"] = host.Broker.ToString();
        host._settings["Keys:Directory"] = host.KeyDirectory;
        host._settings["Logging:LogLevel:Default"] = "Warning";
        foreach (var (key, value) in settings) host._settings[key] = value;
        if (host.Services.GetRequiredService<Keys.IngestKeyring>() is var keyring)
            await Eventually.TrueAsync(() => Task.FromResult(keyring.IsLoaded), "the ingest keys");
        return host;
    }

    public HttpClient Sender(string key = "qr_ingest_demo")
    {
        var client = CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public HttpClient User(string tenant = "demo", string role = Roles.Operator)
    {
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = PlatformAuthentication.Issuer,
            Audience = PlatformAuthentication.Audience,
            Claims = new Dictionary<string, object> { ["sub"] = "tester", ["tenant"] = tenant, ["role"] = role },
            SigningCredentials = new SigningCredentials(SigningKey, SecurityAlgorithms.EcdsaSha256),
        });
        var client = CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(_environment);
        foreach (var (key, value) in _settings) builder.UseSetting(key, value);
        builder.ConfigureTestServices(services => services.PostConfigure<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme, options =>
        {
            options.Configuration = new OpenIdConnectConfiguration();
            options.TokenValidationParameters.IssuerSigningKey = SigningKey;
        }));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (_keys.Exists) _keys.Delete(recursive: true);
    }
}

/// <summary>One host for the tests that leave nothing behind that another one counts.</summary>
public sealed class SharedDoor : IAsyncLifetime
{
    internal IngestionHost Host { get; private set; } = null!;

    public async Task InitializeAsync() => Host = await IngestionHost.StartAsync();

    public async Task DisposeAsync() => await Host.DisposeAsync();
}
