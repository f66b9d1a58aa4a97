using Aspire.Hosting;
using Aspire.Hosting.Testing;
using Npgsql;
using QrPlatform.Benchmarks.Measuring;
using QrPlatform.EndToEnd;
using QrPlatform.Testing;

namespace QrPlatform.Benchmarks.Path;

/// <summary>
/// The whole stack on assigned ports and a throw-away data directory, with a durable database as users have it: an ephemeral one would not
/// wait for the disk.
/// </summary>
internal sealed class PathStack : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(4);
    private static readonly string[] Services = ["gateway", "ingestion", "enrichment", "privacy-compliance", "projection", "reporting", "alerting"];
    private static readonly string[] Servers = ["postgres", "rabbitmq", "redis"];

    private readonly string _directory;
    private readonly DistributedApplication _application;

    private PathStack(string directory, DistributedApplication application, NpgsqlDataSource database) =>
        (_directory, _application, Database, Gateway) = (directory, application, database, application.GetEndpoint("gateway", "http"));

    public NpgsqlDataSource Database { get; }

    public Uri Gateway { get; }

    public static async Task<PathStack> StartAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        var directory = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"qrplatform-benchmark-{Guid.NewGuid():N}");
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>([$"--QR_DATA_DIR={directory}"], limit.Token);
        var application = await builder.BuildAsync(limit.Token);
        await application.StartAsync(limit.Token);
        using var gateway = application.CreateHttpClient("gateway", "http");
        await Eventually.TrueAsync(async () => (await gateway.GetAsync("/health")).IsSuccessStatusCode, "the stack is healthy", StartLimit);
        var connection = await application.GetConnectionStringAsync("qrplatform") ?? throw new InvalidOperationException("The database has no connection string.");
        return new PathStack(directory, application, NpgsqlDataSource.Create(connection));
    }

    /// <summary>Resident memory of every service now, and the most that it ever was, in MB.</summary>
    public IReadOnlyList<(string Service, int Now, int Most)> Memory() =>
        [.. Services.Select(service =>
        {
            var pids = RunRecords.Living(_directory, service);
            return (service, pids.Sum(ProcessFigures.Memory), pids.Sum(ProcessFigures.MostMemory));
        })];

    /// <summary>Seconds of CPU that every resource has used up to now, and this process, which sends.</summary>
    public Dictionary<string, double> Cpu() => Services.Concat(Servers)
        .ToDictionary(resource => resource, resource => Roots(RunRecords.Living(_directory, resource)).Sum(ProcessFigures.CpuSeconds))
        .Append(new("(sender)", Environment.CpuUsage.TotalTime.TotalSeconds))
        .ToDictionary();

    private static IEnumerable<int> Roots(IReadOnlyList<int> pids) => pids.Where(pid => !pids.Contains(ProcessFigures.Parent(pid)));

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 300;
        return (T)(await command.ExecuteScalarAsync() ?? throw new InvalidOperationException($"Nothing answers: {sql}"));
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _application.DisposeAsync();
        if (Directory.Exists(_directory)) Directory.Delete(_directory, recursive: true);
    }
}
