using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Npgsql;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.PrivacyCompliance.Erasure;

/// <summary>
/// Looks after the running cases: at the start, whenever a case is opened, and from time to time, because whoever was to go on with one may
/// have been killed.
/// </summary>
internal sealed partial class ErasureWorker(NpgsqlDataSource database, ErasureProcess process, IOptions<ErasureOptions> options, TimeProvider time, ILogger<ErasureWorker> logger)
    : BackgroundService
{
    private static readonly string FindSql = EmbeddedSql.Read<ErasureWorker>("FindRunningCases.sql");

    private readonly Channel<bool> _wakeUps = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Looks now.</summary>
    public void Wake() => _wakeUps.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await LookAsync(stoppingToken);
                using var pause = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                await Task.WhenAny(_wakeUps.Reader.ReadAsync(pause.Token).AsTask(), Task.Delay(options.Value.LookEvery, time, pause.Token));
                await pause.CancelAsync();
                stoppingToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Log.Stopped(logger);
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var (caseId, tenantId) in await RunningAsync(stoppingToken))
            {
                try
                {
                    await process.AdvanceAsync(tenantId, caseId, stoppingToken);
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    // A database or broker that is away, most often; the other cases and the next look must not suffer.
                    Log.Waiting(logger, caseId, exception.GetType().Name);
                }
            }
        }
        catch (NpgsqlException exception)
        {
            Log.Away(logger, exception.GetType().Name);
        }
    }

    private async Task<List<(Guid CaseId, string TenantId)>> RunningAsync(CancellationToken cancellationToken)
    {
        var running = new List<(Guid, string)>();
        await using var find = database.CreateCommand(FindSql);
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) running.Add((reader.GetGuid(0), reader.GetString(1)));
        return running;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Erasure case {CaseId} waits: {ExceptionType}")]
        public static partial void Waiting(ILogger logger, Guid caseId, string exceptionType);

        [LoggerMessage(2, LogLevel.Warning, "The erasure cases cannot be read: {ExceptionType}")]
        public static partial void Away(ILogger logger, string exceptionType);

        [LoggerMessage(3, LogLevel.Debug, "The worker stopped")]
        public static partial void Stopped(ILogger logger);
    }
}
