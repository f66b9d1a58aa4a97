using System.Threading.Channels;
using Npgsql;

namespace QrPlatform.Projection.Rebuilds;

/// <summary>Works on rebuilds, one at a time in the whole platform; a rebuild whose process died is begun again.</summary>
internal sealed partial class RebuildWorker(NpgsqlDataSource database, Rebuilder rebuilder, RebuildList list, TimeProvider time, ILogger<RebuildWorker> logger)
    : BackgroundService
{
    private const long Turn = 0x5152_5245_4255;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5), ReportEvery = TimeSpan.FromMilliseconds(250);

    private readonly Channel<bool> _wakeUps = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Looks now.</summary>
    public void Wake() => _wakeUps.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await WorkAsync(stoppingToken);
                using var pause = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                await Task.WhenAny(_wakeUps.Reader.ReadAsync(pause.Token).AsTask(), Task.Delay(LookEvery, time, pause.Token));
                await pause.CancelAsync();
                stoppingToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await list.NextAsync(stoppingToken) is { } id)
            {
                // Held by its connection: free again when the process that rebuilds dies.
                await using var turn = await database.OpenConnectionAsync(stoppingToken);
                if (!await TryTakeTurnAsync(turn, stoppingToken)) return;
                try
                {
                    await RebuildAsync(id, stoppingToken);
                }
                finally
                {
                    await using var release = new NpgsqlCommand($"select pg_advisory_unlock({Turn})", turn);
                    await release.ExecuteNonQueryAsync(CancellationToken.None);
                }
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException && !stoppingToken.IsCancellationRequested)
        {
            Log.Away(logger, exception.Message);
        }
    }

    private static async Task<bool> TryTakeTurnAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var take = new NpgsqlCommand($"select pg_try_advisory_lock({Turn})", connection);
        return (bool)(await take.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task RebuildAsync(Guid id, CancellationToken stoppingToken)
    {
        var (started, reported, last) = (time.GetTimestamp(), 0L, RebuildStatus.Waiting);
        Log.Started(logger, id);
        try
        {
            var results = await rebuilder.RunAsync(async (status, read, total) =>
            {
                if (status == last && read < total && time.GetElapsedTime(reported) < ReportEvery) return;
                (reported, last) = (time.GetTimestamp(), status);
                await list.ReportAsync(id, status, read, total, stoppingToken);
            }, stoppingToken);
            await list.CompleteAsync(id, results, stoppingToken);
            var differing = results.Sum(one => one.Result.Missing + one.Result.Unexpected);
            Log.Completed(logger, id, time.GetElapsedTime(started).TotalSeconds, differing);
        }
        catch (PostgresException exception) when (!exception.IsTransient && !stoppingToken.IsCancellationRequested)
        {
            // Its text may quote a row.
            Log.Failed(logger, id, exception.SqlState, exception.Routine);
            await list.FailAsync(id, $"The database refused a step ({exception.SqlState}). The live rows are as they were; the service's log names the step.", stoppingToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Rebuild {Rebuild} of the read models begins")]
        public static partial void Started(ILogger logger, Guid rebuild);

        [LoggerMessage(2, LogLevel.Information, "Rebuild {Rebuild} ended after {Seconds:F1} s; {Differing} rows differed")]
        public static partial void Completed(ILogger logger, Guid rebuild, double seconds, long differing);

        [LoggerMessage(3, LogLevel.Error, "Rebuild {Rebuild} failed with {SqlState} in {Routine}")]
        public static partial void Failed(ILogger logger, Guid rebuild, string sqlState, string? routine);

        [LoggerMessage(4, LogLevel.Warning, "Rebuilds wait: {Reason}")]
        public static partial void Away(ILogger logger, string reason);
    }
}
