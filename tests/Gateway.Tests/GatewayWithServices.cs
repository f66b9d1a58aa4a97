namespace QrPlatform.Gateway.Tests;

/// <summary>One gateway with a destination for each service, shared by the tests that break nothing.</summary>
public sealed class GatewayWithServices : IAsyncLifetime
{
    private static readonly string[] Names = ["ingestion", "enrichment", "projection", "alerting", "privacy-compliance", "reporting"];

    private readonly Dictionary<string, Destination> _services = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private RunningGateway? _gateway;

    internal RunningGateway Gateway => _gateway ?? throw new InvalidOperationException("Not started.");

    internal Destination Service(string name) => _services[name];

    public async Task InitializeAsync()
    {
        foreach (var name in Names) _services[name] = await Destination.StartAsync(name);
        _gateway = await RunningGateway.StartAsync(Addresses());
    }

    internal Dictionary<string, string?> Addresses() =>
        _services.Values.ToDictionary(service => $"services:{service.Name}:http:0", service => (string?)service.Address);

    internal async Task<string> TokenAsync(string user)
    {
        if (!_tokens.TryGetValue(user, out var token)) _tokens[user] = token = await Gateway.TokenAsync(user);
        return token;
    }

    public async Task DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        foreach (var service in _services.Values) await service.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class SharedGateway : ICollectionFixture<GatewayWithServices>
{
    public const string Name = "gateway with services";
}
