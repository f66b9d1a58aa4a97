using System.Threading.Channels;
using Npgsql;
using QrPlatform.Projection.Advances;
using QrPlatform.Projection.Scans;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Projection.Freshness;

/// <summary>
/// Measures "accepted → visible": after a page is committed, and outside of its transaction, it looks up which batches the page completed,
/// records how old each event was, and draws the page into the traces of the requests that brought the batches. One small query for all
/// pages that were committed meanwhile.
/// </summary>
internal sealed partial class FreshnessRecorder(NpgsqlDataSource database, ILogger<FreshnessRecorder> logger) : BackgroundService, IAdvanceReader
{
    private const string Projection = ScanProjection.Name + ":All";
    private const int PagesAtOnce = 20;

    private static readonly string FindSql = EmbeddedSql.Read<FreshnessRecorder>("FindVisibleBatches.sql");

    private readonly Channel<CommittedPage> _pages = Channel.CreateUnbounded<CommittedPage>(new UnboundedChannelOptions { SingleReader = true });

    // What was visible before does not become visible by being projected again.
    private long _recorded;

    public void Note(CommittedPage page) => _pages.Writer.TryWrite(page);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _pages.Reader.WaitToReadAsync(stoppingToken)) await RecordAsync(Collect(), stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }

    private List<CommittedPage> Collect()
    {
        var pages = new List<CommittedPage>();
        while (pages.Count < PagesAtOnce && _pages.Reader.TryRead(out var page))
        {
            if (page.Notice.Position <= _recorded) continue;
            pages.Add(page with { Notice = page.Notice with { First = Math.Max(page.Notice.First, _recorded + 1) } });
            _recorded = page.Notice.Position;
        }

        return pages;
    }

    private async Task RecordAsync(List<CommittedPage> pages, CancellationToken cancellationToken)
    {
        if (pages.Count == 0) return;
        try
        {
            var batches = await FindAsync(pages[0].Notice.First, pages[^1].Notice.Position, cancellationToken);
            var next = 0;
            foreach (var page in pages)
            {
                var from = next;
                while (next < batches.Count && batches[next].Position <= page.Notice.Position) next++;
                Record(page, batches[from..next]);
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException)
        {
            Log.NotMeasured(logger, pages.Count, exception.Message);
        }
    }

    private async Task<List<VisibleBatch>> FindAsync(long first, long last, CancellationToken cancellationToken)
    {
        var found = new List<VisibleBatch>();
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = first });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = last });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new VisibleBatch(
                reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt32(2), reader.IsDBNull(3) ? null : reader.GetString(3)));
        }

        return found;
    }

    private static void Record(CommittedPage page, List<VisibleBatch> batches)
    {
        foreach (var batch in batches) ProjectionTelemetry.RecordFreshness(Projection, page.At - batch.ReceivedAt, batch.Events);
        if (ProjectionTelemetry.Source.HasListeners()) PageTrace.Draw(page, batches);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "How fresh {Pages} pages were is not known: {Reason}")]
        public static partial void NotMeasured(ILogger logger, int pages, string reason);
    }
}

/// <summary>A batch whose events are all projected.</summary>
/// <param name="Position">The last number in the log that came with its message.</param>
/// <param name="ReceivedAt">When the door had read the request.</param>
/// <param name="Events">How many of its events were stored.</param>
/// <param name="TraceParent">The request's trace, where it was recorded.</param>
internal sealed record VisibleBatch(long Position, DateTimeOffset ReceivedAt, int Events, string? TraceParent);
