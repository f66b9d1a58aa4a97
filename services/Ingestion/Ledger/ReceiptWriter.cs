using System.Threading.Channels;
using Npgsql;
using QrPlatform.Contracts.Scans;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Ingestion.Ledger;

/// <summary>
/// Notes confirmed batches in the ledger, behind the answer's back and many at once. While the database is away they wait in memory, as many
/// as fit: a receipt that is lost here, with the process or for lack of room, comes back with enrichment's answer, which repeats it.
/// </summary>
internal sealed partial class ReceiptWriter(NpgsqlDataSource database, TimeProvider clock, ILogger<ReceiptWriter> logger) : BackgroundService
{
    private const int Room = 100_000, Rows = 1000;
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(500);

    private static readonly string NoteReceipts = EmbeddedSql.Read<ReceiptWriter>("NoteReceipts.sql");

    private readonly Channel<ReceivedBatch> _waiting = Channel.CreateBounded<ReceivedBatch>(new BoundedChannelOptions(Room) { SingleReader = true });

    /// <summary>Notes a batch soon; never waits.</summary>
    public void Note(ReceivedBatch batch)
    {
        // The events themselves are the broker's by now; the row needs the counts only.
        if (!_waiting.Writer.TryWrite(batch with { SealedEvents = [] })) Log.NoRoom(logger);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        if (ExecuteTask is { } writing) await Task.WhenAny(writing, Task.Delay(TimeSpan.FromSeconds(3), clock, cancellationToken));
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var rows = new List<ReceivedBatch>();
        while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            rows.Clear();
            while (rows.Count < Rows && _waiting.Reader.TryRead(out var batch)) rows.Add(batch);
            while (!await TryWriteAsync(rows, stoppingToken)) await Task.Delay(RetryInterval, clock, stoppingToken);
        }
    }

    private async Task<bool> TryWriteAsync(List<ReceivedBatch> rows, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = database.CreateCommand(NoteReceipts);
            command.Parameters.Add(new() { Value = rows.Select(row => row.BatchId).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(row => row.TenantId).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(row => row.Source).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(row => row.ReceivedAt).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(row => row.Received).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(row => row.Duplicates).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(row => row.Rejected).ToArray() });
            await command.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            Log.DatabaseAway(logger, rows.Count, exception.GetType().Name);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Rows} receipts wait for the database: {Reason}")]
        public static partial void DatabaseAway(ILogger logger, int rows, string reason);

        [LoggerMessage(2, LogLevel.Warning, "A receipt finds no room; it comes back with the batch's outcome")]
        public static partial void NoRoom(ILogger logger);
    }
}
