using System.Net.Http.Headers;
using System.Text;
using Npgsql;

namespace QrPlatform.Testing;

/// <summary>
/// The real servers that tests run against, started once per run: those that <c>./test</c> names in the environment, else native processes
/// (or containers, see <see cref="OwnServers"/>) of this test process. A test takes a database or virtual host of its own and never shares data.
/// </summary>
public static class TestServers
{
    /// <summary>A fresh, empty database; returns its connection string (superuser).</summary>
    public static async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken = default)
    {
        var server = new NpgsqlConnectionStringBuilder(await PostgresAsync(cancellationToken));
        var name = $"test_{Guid.NewGuid():N}";
        await using (var connection = new NpgsqlConnection(server.ConnectionString))
        {
            await connection.OpenAsync(cancellationToken);
            await using var create = new NpgsqlCommand($"create database {name}", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        server.Database = name;
        return server.ConnectionString;
    }

    /// <summary>A fresh virtual host of the broker; returns its AMQP address.</summary>
    public static async Task<Uri> CreateVirtualHostAsync(CancellationToken cancellationToken = default)
    {
        var (amqp, management) = await RabbitMqAsync(cancellationToken);
        var name = $"test_{Guid.NewGuid():N}";
        using var client = ManagementClient(management);
        using var created = await client.PutAsync($"api/vhosts/{name}", new StringContent("{}", Encoding.UTF8, "application/json"), cancellationToken);
        created.EnsureSuccessStatusCode();
        var user = Uri.UnescapeDataString(amqp.UserInfo.Split(':')[0]);
        using var granted = await client.PutAsync(
            $"api/permissions/{name}/{Uri.EscapeDataString(user)}",
            new StringContent("""{"configure":".*","write":".*","read":".*"}""", Encoding.UTF8, "application/json"),
            cancellationToken);
        granted.EnsureSuccessStatusCode();
        return new UriBuilder(amqp) { Path = name }.Uri;
    }

    /// <summary>A client of the broker's management API, with its credentials.</summary>
    public static HttpClient ManagementClient(Uri management)
    {
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(management.UserInfo)));
        return new HttpClient
        {
            BaseAddress = new UriBuilder(management) { UserName = "", Password = "" }.Uri,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Basic", credentials) },
        };
    }

    /// <summary>Connection string of the PostgreSQL server's maintenance database.</summary>
    public static async Task<string> PostgresAsync(CancellationToken cancellationToken = default) =>
        Environment.GetEnvironmentVariable("QR_TEST_POSTGRES")
        ?? (await OwnServers.StartedAsync(cancellationToken)).Postgres;

    /// <summary>The broker's AMQP and management addresses, credentials included.</summary>
    public static async Task<(Uri Amqp, Uri Management)> RabbitMqAsync(CancellationToken cancellationToken = default) =>
        Environment.GetEnvironmentVariable("QR_TEST_RABBITMQ") is { } amqp
            && Environment.GetEnvironmentVariable("QR_TEST_RABBITMQ_MANAGEMENT") is { } management
            ? (new Uri(amqp), new Uri(management))
            : await OwnRabbitMqAsync(cancellationToken);

    /// <summary>Connection string of the Redis server.</summary>
    public static async Task<string> RedisAsync(CancellationToken cancellationToken = default) =>
        Environment.GetEnvironmentVariable("QR_TEST_REDIS")
        ?? (await OwnServers.StartedAsync(cancellationToken)).Redis;

    private static async Task<(Uri Amqp, Uri Management)> OwnRabbitMqAsync(CancellationToken cancellationToken)
    {
        var own = await OwnServers.StartedAsync(cancellationToken);
        return (own.Amqp, own.Management);
    }
}
