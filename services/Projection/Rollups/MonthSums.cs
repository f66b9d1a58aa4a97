using Npgsql;

namespace QrPlatform.Projection.Rollups;

/// <summary>
/// Sums up months of the tenants' calendars whose days have not changed for a while (<c>Sql/migrations/2026-11-22_43_sum_up_months.sql</c>). Nothing depends
/// on it but how much a question of a year reads: days answer for months that are not summed up.
/// </summary>
internal sealed partial class MonthSums(NpgsqlDataSource database, TimeProvider clock, ILogger<MonthSums> logger) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10), Quiet = TimeSpan.FromMinutes(1);

    /// <summary>Sums up every month that has not changed for so long; returns how many there were.</summary>
    public static async Task<int> RunAsync(NpgsqlDataSource database, TimeSpan quiet, CancellationToken cancellationToken)
    {
        for (var months = 0; ; months++)
        {
            // Each in a transaction of its own, so that no mark is held for long.
            await using var sumUp = database.CreateCommand("select projection.sum_up_month($1)");
            sumUp.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = quiet });
            sumUp.CommandTimeout = 0;
            if (await sumUp.ExecuteScalarAsync(cancellationToken) is not true) return months;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(LookEvery, clock);
            while (await timer.WaitForNextTickAsync(stoppingToken)) await SumUpAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task SumUpAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (await RunAsync(database, Quiet, stoppingToken) is var months and > 0) Log.SummedUp(logger, months);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException && !stoppingToken.IsCancellationRequested)
        {
            // Also before the migrations have run.
            Log.Away(logger, exception.GetType().Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "{Months} months are summed up")]
        public static partial void SummedUp(ILogger logger, int months);

        [LoggerMessage(2, LogLevel.Warning, "Months wait for being summed up ({Fault}); their days answer")]
        public static partial void Away(ILogger logger, string fault);
    }
}
