using Aspire.Hosting;
using Npgsql;

namespace QrPlatform.Testing;

/// <summary>
/// Servers of this test process alone: native processes on assigned ports over a throw-away directory, started by the first test that
/// asks. They are not stopped by anyone: they end, and their directory goes, when the process does. With the upstream package set,
/// <c>QR_TEST_SERVERS=containers</c> has them run in containers instead.
/// </summary>
internal sealed partial record OwnServers(string Postgres, Uri Amqp, Uri Management, string Redis)
{
    /// <summary>The variable that says how servers are started.</summary>
    public const string Choice = "QR_TEST_SERVERS";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly Lazy<Task<OwnServers>> Started = new(() => StartAsync(Environment.GetEnvironmentVariable(Choice)));

    public static Task<OwnServers> StartedAsync(CancellationToken cancellationToken) => Started.Value.WaitAsync(cancellationToken);

    internal static async Task<OwnServers> StartAsync(string? choice)
    {
        var servers = await StartChosenAsync(choice);

        // Tests leave hundreds of databases behind: visiting each once a minute would keep the autovacuum busier than the tests do.
        await using var database = NpgsqlDataSource.Create(servers.Postgres);
        await using var seldom = database.CreateCommand("alter system set autovacuum_naptime = '15min'");
        await seldom.ExecuteNonQueryAsync();
        await using var reload = database.CreateCommand("select pg_reload_conf()");
        await reload.ExecuteNonQueryAsync();
        return servers;
    }

    private static Task<OwnServers> StartChosenAsync(string? choice)
    {
        if (string.IsNullOrEmpty(choice)) return StartProcessesAsync();
        if (choice != "containers") throw new InvalidOperationException($"{Choice} is '{choice}'; it may be 'containers', or not set for native processes.");

        Task<OwnServers>? servers = null;
        StartContainers(ref servers);
        return servers ?? throw new InvalidOperationException($"{Choice}=containers needs the upstream package set (-p:PackageSet=upstream): this build has no Testcontainers.");
    }

    static partial void StartContainers(ref Task<OwnServers>? servers);

    private static async Task<OwnServers> StartProcessesAsync()
    {
        var directory = Path.Combine(Path.GetTempPath(), $"qrplatform-test-{Guid.NewGuid():N}");
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = [$"--QR_DATA_DIR={directory}", "--QR_DATA_EPHEMERAL=true"],
            DisableDashboard = true,
        });
        var postgres = builder.AddPostgres("postgres");
        var rabbit = builder.AddRabbitMQ("rabbitmq").WithManagementPlugin();
        var redis = builder.AddRedis("redis");
        var application = builder.Build();

        using var deadline = new CancellationTokenSource(Deadline);
        await application.StartAsync(deadline.Token);
        foreach (var name in new[] { "postgres", "rabbitmq", "redis" })
            await application.ResourceNotifications.WaitForResourceHealthyAsync(name, deadline.Token);

        var amqp = new Uri(await ValueAsync(rabbit.Resource.ConnectionStringExpression, deadline.Token));
        var management = new UriBuilder(rabbit.GetEndpoint("management").Url) { UserName = amqp.UserInfo.Split(':')[0], Password = amqp.UserInfo.Split(':')[1] };
        return new OwnServers(
            await ValueAsync(postgres.Resource.ConnectionStringExpression, deadline.Token), amqp, management.Uri,
            await ValueAsync(redis.Resource.ConnectionStringExpression, deadline.Token));
    }

    private static async Task<string> ValueAsync(Aspire.Hosting.ApplicationModel.IValueProvider value, CancellationToken cancellationToken) =>
        await value.GetValueAsync(cancellationToken) ?? throw new InvalidOperationException("A server has no connection string.");
}
