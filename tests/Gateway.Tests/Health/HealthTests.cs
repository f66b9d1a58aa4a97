using System.Net;
using System.Text.Json;
using Npgsql;
using QrPlatform.Testing;

namespace QrPlatform.Gateway.Tests.Health;

[Collection(SharedGateway.Name)]
public sealed class HealthTests(GatewayWithServices shared)
{
    private const string NothingListens = "127.0.0.1:1";

    private static readonly string[] Names =
        ["postgres", "rabbitmq", "redis", "ingestion", "enrichment", "projection", "alerting", "privacy-compliance", "reporting", "gateway"];

    [Fact]
    public async Task Is_200_when_every_part_is_well_and_names_each()
    {
        await ReachesAsync(shared.Gateway, "Healthy");
        using var response = await shared.Gateway.Client.GetAsync("/health");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        var parts = (await shared.Gateway.HealthAsync()).GetProperty("parts");
        Assert.Equal(Names.Order(StringComparer.Ordinal), parts.EnumerateObject().Select(part => part.Name).Order(StringComparer.Ordinal));
        Assert.All(parts.EnumerateObject(), part => Assert.Equal(["status", "since", "description", "lastOutage"], part.Value.EnumerateObject().Select(field => field.Name)));
    }

    [Fact]
    public async Task Answers_while_everything_else_is_away()
    {
        await using var gateway = await RunningGateway.StartAsync(new()
        {
            ["ConnectionStrings:qrplatform"] = "Host=127.0.0.1;Port=1;Username=nobody;Password=secret",
            ["ConnectionStrings:rabbitmq"] = $"amqp://guest:secret@{NothingListens}",
            ["ConnectionStrings:redis"] = NothingListens,
            ["services:ingestion:http:0"] = $"http://{NothingListens}",
        });

        using var alive = await gateway.Client.GetAsync("/alive");
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);

        await DescribesAsync(gateway, "postgres", "The database does not answer.");
        await DescribesAsync(gateway, "rabbitmq", "The broker does not answer.");
        await DescribesAsync(gateway, "redis", "The cache does not answer.");
        await DescribesAsync(gateway, "ingestion", "The service does not answer.");
        using var health = await gateway.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.DoesNotContain("secret", await health.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var token = await gateway.AskForTokenAsync("admin", "demo");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, token.StatusCode);
        Assert.NotNull(token.Headers.RetryAfter);
    }

    [Fact]
    public async Task Is_degraded_but_200_without_the_cache()
    {
        var settings = shared.Addresses();
        settings["ConnectionStrings:redis"] = NothingListens;
        await using var gateway = await RunningGateway.StartAsync(settings);
        await ReachesAsync(gateway, "Degraded");

        using var response = await gateway.Client.GetAsync("/health");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Unhealthy", (await PartAsync(gateway, "redis")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Names_the_service_that_is_away_and_remembers_it_afterwards()
    {
        var services = shared.Addresses();
        var reporting = await Destination.StartAsync("reporting");
        var port = new Uri(reporting.Address).Port;
        services["services:reporting:http:0"] = reporting.Address;
        await using var gateway = await RunningGateway.StartAsync(services);
        await ReachesAsync(gateway, "Healthy");
        Assert.Equal(JsonValueKind.Null, (await PartAsync(gateway, "reporting")).GetProperty("lastOutage").ValueKind);

        await reporting.DisposeAsync();
        await ReachesAsync(gateway, "Unhealthy");
        var away = await PartAsync(gateway, "reporting");
        Assert.Equal("The service does not answer.", away.GetProperty("description").GetString());
        Assert.Equal(JsonValueKind.Null, away.GetProperty("lastOutage").GetProperty("to").ValueKind);

        await using var back = await Destination.StartAsync("reporting", port: port);
        await ReachesAsync(gateway, "Healthy");
        var outage = (await PartAsync(gateway, "reporting")).GetProperty("lastOutage");
        Assert.True(outage.GetProperty("to").GetDateTimeOffset() > outage.GetProperty("from").GetDateTimeOffset());
        Assert.Equal("The service does not answer.", outage.GetProperty("description").GetString());
    }

    [Fact]
    public async Task Says_what_a_service_says_of_itself_and_does_not_miss_its_cache()
    {
        var services = shared.Addresses();
        await using var reporting = await Destination.StartAsync("reporting");
        services["services:reporting:http:0"] = reporting.Address;
        await using var gateway = await RunningGateway.StartAsync(services);

        reporting.Health = """{"status":"Unhealthy","parts":{"self":{"status":"Healthy"},"postgres":{"status":"Unhealthy","description":"Away."},"redis":{"status":"Unhealthy"}}}""";
        await DescribesAsync(gateway, "reporting", "postgres: Away.; redis: Unhealthy");
        Assert.Equal("Unhealthy", (await PartAsync(gateway, "reporting")).GetProperty("status").GetString());

        reporting.Health = """{"status":"Unhealthy","parts":{"self":{"status":"Healthy"},"StackExchange.Redis":{"status":"Unhealthy","description":"Away."}}}""";
        await DescribesAsync(gateway, "reporting", "StackExchange.Redis: Away.");
        await ReachesAsync(gateway, "Degraded");
    }

    [Fact]
    public async Task Notices_a_database_that_was_away_for_a_moment_only()
    {
        var database = await TestServers.CreateDatabaseAsync();
        await using var gateway = await RunningGateway.StartAsync(new() { ["ConnectionStrings:qrplatform"] = database });
        await Eventually.TrueAsync(async () => (await PartAsync(gateway, "postgres")).GetProperty("status").GetString() == "Healthy", "the database is seen");

        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var terminate = new NpgsqlCommand(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and application_name = 'gateway health'", connection);
        Assert.Equal(1L, await terminate.ExecuteScalarAsync());

        await Eventually.TrueAsync(
            async () => (await PartAsync(gateway, "postgres")).GetProperty("lastOutage") is { ValueKind: JsonValueKind.Object } outage && outage.GetProperty("to").ValueKind == JsonValueKind.String,
            "the outage is over and remembered");
    }

    private static async Task<JsonElement> PartAsync(RunningGateway gateway, string name) => (await gateway.HealthAsync()).GetProperty("parts").GetProperty(name);

    private static Task ReachesAsync(RunningGateway gateway, string status) =>
        Eventually.TrueAsync(async () => (await gateway.HealthAsync()).GetProperty("status").GetString() == status, $"/health says {status}");

    private static Task DescribesAsync(RunningGateway gateway, string part, string description) =>
        Eventually.TrueAsync(async () => (await PartAsync(gateway, part)).GetProperty("description").GetString() == description, $"{part}: {description}");
}
