using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Npgsql;

namespace QrPlatform.HostingTests;

/// <summary>The three servers: set up as promised, back after a crash, with their data after a stop.</summary>
public sealed class ServersTests : IDisposable
{
    private readonly string _directory = Stack.NewDirectory();
    private IResourceBuilder<PostgresDatabaseResource> _database = null!;
    private IResourceBuilder<RabbitMQServerResource> _rabbit = null!;
    private IResourceBuilder<RedisResource> _redis = null!;

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Servers_keep_their_data_through_crashes_and_a_restart()
    {
        await using (var first = await Stack.StartAsync(Describe, _directory))
        {
            await Task.WhenAll(first.HealthyAsync("samples"), first.HealthyAsync("rabbitmq"), first.HealthyAsync("redis"));
            Assert.Equal("UTC", await SqlAsync("show timezone"));
            Assert.Equal("UTC", await SqlAsync("show log_timezone"));
            Assert.Equal("127.0.0.1", await SqlAsync("show listen_addresses"));
            Assert.Equal("", await SqlAsync("show unix_socket_directories"));
            Assert.Equal("UTF8", await SqlAsync("show server_encoding"));
            Assert.Equal("4GB", await SqlAsync("show max_wal_size"));
            Assert.True(int.Parse((string)(await SqlAsync("show max_connections"))!, System.Globalization.CultureInfo.InvariantCulture) >= 200);
            Assert.StartsWith("SCRAM-SHA-256", (string?)await SqlAsync("select rolpassword from pg_authid where rolname = 'postgres'"), StringComparison.Ordinal);

            await SqlAsync("create table kept (word text); insert into kept values ('stone')");
            Assert.Equal("+OK", await RedisAsync("SET kept stone"));
            Assert.StartsWith("-NOAUTH", await RedisAsync("GET kept", authenticate: false), StringComparison.Ordinal);
            using (var declared = await ManagementAsync(HttpMethod.Put, "api/queues/%2F/kept", """{"durable":true}"""))
                Assert.True(declared.IsSuccessStatusCode);

            await Task.WhenAll(first.KillAsync("postgres"), first.KillAsync("redis"), first.KillAsync("rabbitmq"));
            await AssertKeptAsync(first);
        }

        await using var second = await Stack.StartAsync(Describe, _directory);
        await Task.WhenAll(second.HealthyAsync("samples"), second.HealthyAsync("rabbitmq"), second.HealthyAsync("redis"));
        await AssertKeptAsync(second);
    }

    private void Describe(IDistributedApplicationBuilder builder)
    {
        _database = builder.AddPostgres("postgres").WithDataVolume().AddDatabase("samples");
        _rabbit = builder.AddRabbitMQ("rabbitmq").WithManagementPlugin().WithDataVolume();
        _redis = builder.AddRedis("redis").WithPersistence();
    }

    private async Task AssertKeptAsync(Stack stack)
    {
        Assert.Equal("stone", await SqlAsync("select word from kept"));
        Assert.Equal("stone", await RedisAsync("GET kept"));
        using var queue = await ManagementAsync(HttpMethod.Get, "api/queues/%2F/kept", null);
        Assert.True(queue.IsSuccessStatusCode);
        Assert.NotEmpty(stack.Directory);
    }

    private async Task<object?> SqlAsync(string sql)
    {
        var connectionString = new NpgsqlConnectionStringBuilder(await _database.Resource.GetConnectionStringAsync()) { Pooling = false };
        await using var connection = new NpgsqlConnection(connectionString.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>The last line of the answer.</summary>
    private async Task<string> RedisAsync(string command, bool authenticate = true)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", _redis.Resource.PrimaryEndpoint.Port);
        var password = await _redis.Resource.PasswordParameter!.GetValueAsync();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes((authenticate ? $"AUTH {password}\r\n" : "") + $"{command}\r\nQUIT\r\n"));
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        var lines = (await reader.ReadToEndAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        return lines[^2];
    }

    private async Task<HttpResponseMessage> ManagementAsync(HttpMethod method, string path, string? body)
    {
        var amqp = new Uri((await ((IResourceWithConnectionString)_rabbit.Resource).GetConnectionStringAsync())!);
        using var client = new HttpClient { BaseAddress = new Uri(_rabbit.GetEndpoint("management").Url) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(amqp.UserInfo)));
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        return await client.SendAsync(request);
    }
}
