using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace QrPlatform.ServiceDefaults.Database;

/// <summary>
/// Migrates before any other hosted service starts (<see cref="IHostedLifecycleService.StartingAsync"/>), and waits with back-off for a
/// database that does not answer yet.
/// </summary>
internal sealed partial class MigrationService(NpgsqlDataSource database, ILogger<MigrationService> logger, string schema, Assembly assembly)
    : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        for (var delay = TimeSpan.FromMilliseconds(100); ; delay = delay < TimeSpan.FromSeconds(2) ? delay * 2 : delay)
        {
            try
            {
                foreach (var name in await Migrator.ApplyAsync(database, schema, assembly, cancellationToken))
                    Log.Applied(logger, schema, name);
                return;
            }
            catch (NpgsqlException exception) when (IsAway(exception))
            {
                Log.Waiting(logger, schema, exception.Message);
                await Task.Delay(delay, cancellationToken);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Not connected, starting up or shutting down (class 57P), or the database is about to be created (3D000).
    private static bool IsAway(NpgsqlException exception) =>
        exception is not PostgresException postgres || postgres.SqlState.StartsWith("57P", StringComparison.Ordinal) || postgres.SqlState == PostgresErrorCodes.InvalidCatalogName;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Applied migration {Schema}/{Name}")]
        public static partial void Applied(ILogger logger, string schema, string name);

        [LoggerMessage(2, LogLevel.Warning, "Schema {Schema} waits for the database: {Reason}")]
        public static partial void Waiting(ILogger logger, string schema, string reason);
    }
}
