using System.Reflection;
using Npgsql;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Gateway.Identity;

/// <summary>
/// Brings schema <c>identity</c> up to date and adds the demo identities, beside the running gateway: its health must be readable while the
/// database is not there yet.
/// </summary>
internal sealed partial class IdentityPreparation(NpgsqlDataSource database, DemoIdentities demo, ILogger<IdentityPreparation> logger) : BackgroundService
{
    /// <summary>The gateway's own schema.</summary>
    public const string Schema = "identity";

    private volatile bool _isDone;

    /// <summary>Whether tokens can be asked for.</summary>
    public bool IsDone => _isDone;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var delay = TimeSpan.FromMilliseconds(100); !_isDone; delay = delay < TimeSpan.FromSeconds(1) ? delay * 2 : delay)
        {
            try
            {
                foreach (var name in await Migrator.ApplyAsync(database, Schema, Assembly.GetExecutingAssembly(), stoppingToken))
                    Log.Applied(logger, Schema, name);
                if (demo.Enabled) await demo.SeedAsync(database, stoppingToken);
                _isDone = true;
            }
            catch (NpgsqlException exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Waiting(logger, Schema, exception.Message);
                await Task.Delay(delay, stoppingToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Applied migration {Schema}/{Name}")]
        public static partial void Applied(ILogger logger, string schema, string name);

        [LoggerMessage(2, LogLevel.Warning, "Schema {Schema} waits for the database: {Reason}")]
        public static partial void Waiting(ILogger logger, string schema, string reason);
    }
}
