using Microsoft.Extensions.Options;
using Npgsql;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Ingestion.Keys;

/// <summary>Reads the ingest keys at start and every few seconds, which is how long a new or revoked key takes.</summary>
internal sealed partial class IngestKeyRefresh(
    NpgsqlDataSource database, IngestKeyring keyring, IOptions<DemoOptions> demo, TimeProvider clock, ILogger<IngestKeyRefresh> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5), RetryInterval = TimeSpan.FromMilliseconds(250);

    private static readonly string ReadKeys = EmbeddedSql.Read<IngestKeyRefresh>("ReadIngestKeys.sql");
    private static readonly string AddDemoKeys = EmbeddedSql.Read<IngestKeyRefresh>("AddDemoKeys.sql");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var seeded = !demo.Value.Enabled;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!seeded) await SeedAsync(stoppingToken);
                seeded = true;
                keyring.Replace(await ReadAsync(stoppingToken));
                await Task.Delay(Interval, clock, stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                Log.DatabaseAway(logger, exception.GetType().Name);
                await Task.Delay(keyring.IsLoaded ? Interval : RetryInterval, clock, stoppingToken);
            }
        }
    }

    private async Task SeedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AddDemoKeys);
        command.Parameters.Add(new() { Value = DemoOptions.IngestKeys.Select(key => IngestKeyring.Hash(key.Key)).ToArray() });
        command.Parameters.Add(new() { Value = DemoOptions.IngestKeys.Select(key => key.TenantId).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<List<KeyValuePair<string, IngestKey>>> ReadAsync(CancellationToken cancellationToken)
    {
        var keys = new List<KeyValuePair<string, IngestKey>>();
        await using var command = database.CreateCommand(ReadKeys);
        command.Parameters.Add(new() { Value = demo.Value.Enabled });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            keys.Add(new(Convert.ToHexString(reader.GetFieldValue<byte[]>(0)), new IngestKey(reader.GetString(1), reader.GetString(2))));
        return keys;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Ingest keys stay as they are, the database does not answer: {Reason}")]
        public static partial void DatabaseAway(ILogger logger, string reason);
    }
}
