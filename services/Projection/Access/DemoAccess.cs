using Npgsql;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Projection.Access;

/// <summary>
/// The demo tenants and their BI logins, for the local default only. Runs after the migrations and before the daemon, and waits for a database
/// that is away, as they do.
/// </summary>
internal sealed partial class DemoAccess(NpgsqlDataSource database, ILogger<DemoAccess> logger) : IHostedLifecycleService
{
    private static readonly string Seed = EmbeddedSql.Read(typeof(DemoAccess), "seed_demo_access.sql");

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        for (var delay = TimeSpan.FromMilliseconds(100); ; delay = delay < TimeSpan.FromSeconds(2) ? delay * 2 : delay)
        {
            try
            {
                await using var command = database.CreateCommand(Seed);
                await command.ExecuteNonQueryAsync(cancellationToken);
                Log.Seeded(logger);
                return;
            }
            catch (NpgsqlException exception) when (exception.IsTransient || exception.SqlState is null)
            {
                Log.Waiting(logger, exception.Message);
                await Task.Delay(delay, cancellationToken);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The demo tenants' BI logins are in place; never enable them in production")]
        public static partial void Seeded(ILogger logger);

        [LoggerMessage(2, LogLevel.Warning, "Demo access waits for the database: {Reason}")]
        public static partial void Waiting(ILogger logger, string reason);
    }
}
