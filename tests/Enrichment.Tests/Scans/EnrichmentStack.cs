using System.Net.Http.Headers;
using System.Net.Http.Json;
using MassTransit;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using QrPlatform.Contracts;
using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.Scans;
using QrPlatform.Keys;
using QrPlatform.PrivacyCompliance.Erasure;
using QrPlatform.PrivacyCompliance.Subjects;
using QrPlatform.ServiceDefaults.Messaging;
using QrPlatform.ServiceDefaults.Security;
using QrPlatform.Testing;

namespace QrPlatform.Enrichment.Tests.Scans;

/// <summary>Enrichment and privacy-compliance as they run, on a database and a virtual host of their own, and a door that sends and listens.</summary>
public sealed class EnrichmentStack : IAsyncLifetime
{
    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("qr-keys-");
    private readonly List<IAsyncDisposable> _running = [];
    private App<SubjectRecords> _privacy = null!;
    private App<ProcessScans> _enrichment = null!;
    private IHost _door = null!;
    private Dictionary<string, string> _settings = null!;
    private TokenIssuer _issuer = null!;

    public NpgsqlDataSource Database { get; private set; } = null!;

    internal KeyDirectory Keys => _enrichment.Services.GetRequiredService<KeyDirectory>();

    internal ProcessScans ProcessScans => _enrichment.Services.GetRequiredService<ProcessScans>();

    internal Outcomes Outcomes => _door.Services.GetRequiredService<Outcomes>();

    public async Task InitializeAsync()
    {
        var connection = await TestServers.CreateDatabaseAsync();
        Database = NpgsqlDataSource.Create(connection);
        _settings = new Dictionary<string, string>
        {
            ["ConnectionStrings:qrplatform"] = connection,
            ["ConnectionStrings:rabbitmq"] = (await TestServers.CreateVirtualHostAsync()).ToString(),
            ["Keys:Directory"] = _keys.FullName,
            ["Services:Key"] = Guid.NewGuid().ToString("N"),
            ["Erasure:LookEvery"] = "00:00:00.100",
        };
        _issuer = await TokenIssuer.StartAsync();
        _settings["services:gateway:http:0"] = _issuer.Address;
        _privacy = new App<SubjectRecords>(_settings, _ => { });
        _privacy.UseKestrel(0);
        _privacy.StartServer();
        _running.Add(_privacy);
        _settings["services:privacy-compliance:http:0"] = _privacy.ClientOptions.BaseAddress.ToString();
        _enrichment = StartEnrichment();
        _door = await StartDoorAsync();
    }

    /// <summary>A further enrichment process on the same servers; it competes for messages until it is disposed of.</summary>
    internal App<ProcessScans> StartEnrichment(Action<IServiceCollection>? change = null) => Start<ProcessScans>(change);

    /// <summary>A process of the service that the type is of, on the same servers, until it or the stack is disposed of.</summary>
    internal App<TEntryPoint> Start<TEntryPoint>(Action<IServiceCollection>? change = null) where TEntryPoint : class
    {
        var service = new App<TEntryPoint>(_settings, change ?? (_ => { }));
        _running.Add(service);
        service.StartServer();
        return service;
    }

    /// <summary>The erasure cases, which privacy-compliance carries out over the bus; ingestion, projection and reporting are not there.</summary>
    internal ErasureCases Cases => _privacy.Services.GetRequiredService<ErasureCases>();

    public Task SendAsync(ScansReceived message) => _door.Services.GetRequiredService<IBus>().Publish(message);

    /// <summary>A client of enrichment's API with a user's token.</summary>
    internal HttpClient SignIn(string tenant, string role = Roles.Administrator, string? user = null, params string[] campaigns)
    {
        var client = _enrichment.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _issuer.Token(role, tenant, user, campaigns));
        return client;
    }

    /// <summary>Asks privacy-compliance as a service does.</summary>
    internal async Task<SubjectAnswer> ResolveAsync(string tenant, string kind, byte[] lookup)
    {
        using var client = _privacy.CreateClient();
        client.DefaultRequestHeaders.Add(ServiceKey.Header, _settings["Services:Key"]);
        using var response = await client.PostAsJsonAsync(
            "/internal/v1/subjects/resolve", new ResolveSubjectsRequest([new SubjectQuestion(tenant, kind, lookup)]));
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<ResolveSubjectsResponse>())!.Subjects[0];
    }

    public async Task<string> AddTenantAsync(string currency = "USD", bool consentDefault = true)
    {
        var tenant = $"t{Guid.NewGuid():N}";
        await using var add = Database.CreateCommand(
            "insert into events.tenants (tenant_id, reporting_currency, consent_default, time_zone) values ($1, $2, $3, 'UTC')");
        add.Parameters.Add(new() { Value = tenant });
        add.Parameters.Add(new() { Value = currency });
        add.Parameters.Add(new() { Value = consentDefault });
        await add.ExecuteNonQueryAsync();
        return tenant;
    }

    public async Task DisposeAsync()
    {
        await _door.StopAsync();
        _door.Dispose();
        foreach (var app in Enumerable.Reverse(_running)) await app.DisposeAsync();
        await _issuer.DisposeAsync();
        await Database.DisposeAsync();
        _keys.Delete(recursive: true);
    }

    private async Task<IHost> StartDoorAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration["ConnectionStrings:rabbitmq"] = _settings["ConnectionStrings:rabbitmq"];
        builder.Services.AddSingleton<Outcomes>();
        builder.AddPlatformMessaging(
            bus => bus.AddConsumer<OutcomesConsumer>().Endpoint(endpoint => endpoint.Name = Queues.IngestionScansProcessed),
            rabbit => QuorumQueues.PublishTo<ScansReceived>(rabbit, Queues.EnrichmentScansReceived));
        var door = builder.Build();
        await door.StartAsync();
        return door;
    }

    private sealed class OutcomesConsumer(Outcomes outcomes) : IConsumer<ScansProcessed>
    {
        public Task Consume(ConsumeContext<ScansProcessed> context)
        {
            foreach (var batch in context.Message.Batches) outcomes.Add(batch);
            return Task.CompletedTask;
        }
    }

    internal sealed class App<TEntryPoint>(IReadOnlyDictionary<string, string> settings, Action<IServiceCollection> change) : WebApplicationFactory<TEntryPoint>
        where TEntryPoint : class
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            foreach (var (name, value) in settings) builder.UseSetting(name, value);
            builder.UseSetting("Logging:LogLevel:Default", "Warning");
            builder.ConfigureTestServices(change);
        }
    }
}

/// <summary>What the door was told, in the order of its coming.</summary>
internal sealed class Outcomes
{
    private readonly List<ProcessedBatch> _received = [];

    public void Add(ProcessedBatch batch)
    {
        lock (_received) _received.Add(batch);
    }

    public IReadOnlyList<ProcessedBatch> Of(Guid batchId)
    {
        lock (_received) return [.. _received.Where(batch => batch.BatchId == batchId)];
    }

    public async Task<ProcessedBatch> WaitAsync(Guid batchId) =>
        await Eventually.ValueAsync(() => Task.FromResult(Of(batchId).FirstOrDefault()), $"the outcome of batch {batchId}");
}

/// <summary>Named so that all classes of it share one stack.</summary>
[CollectionDefinition(Name)]
public sealed class EnrichmentStackTests : ICollectionFixture<EnrichmentStack>
{
    public const string Name = "enrichment stack";
}
