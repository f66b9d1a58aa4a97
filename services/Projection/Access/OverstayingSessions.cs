using Npgsql;

namespace QrPlatform.Projection.Access;

/// <summary>
/// Ends sessions of BI logins whose statement or idle transaction lasts longer than any may. Every session starts with such limits, but may change them
/// itself; this one it can't.
/// </summary>
internal sealed partial class OverstayingSessions(NpgsqlDataSource database, TimeProvider clock, ILogger<OverstayingSessions> logger) : BackgroundService
{
    // The session's own limit comes first, with an error that says which.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var command = database.CreateCommand("select projection.end_overstaying_bi_sessions($1)");
                command.Parameters.Add(new() { Value = Grace });
                if (await command.ExecuteScalarAsync(stoppingToken) is int ended and > 0) Log.Ended(logger, ended);
            }
            catch (NpgsqlException exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.NotAsked(logger, exception.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Ended {Sessions} sessions of BI logins that had gone on for longer than any may")]
        public static partial void Ended(ILogger logger, int sessions);

        [LoggerMessage(2, LogLevel.Warning, "Could not look for BI logins' sessions that go on for too long: {Reason}")]
        public static partial void NotAsked(ILogger logger, string reason);
    }
}
