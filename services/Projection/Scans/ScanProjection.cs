using JasperFx.Events;
using Marten;
using Marten.Events.Projections;
using QrPlatform.Projection.Advances;

namespace QrPlatform.Projection.Scans;

/// <summary>
/// Turns events into the star schema and its rollups, a page at a time, in one SQL call inside the transaction that moves the daemon's progress
/// (<c>Sql/migrations</c>, from 12 on). The rows are read from the log where it lies; nothing travels. What was described of campaigns, codes
/// and placements goes with it, so that readers see scans and costs of one position.
/// </summary>
internal sealed class ScanProjection : IProjection
{
    /// <summary>Name of the shard; <c>projection.watermark()</c> reads the progress of <c>Scans:All</c>.</summary>
    public const string Name = "Scans";

    public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        operations.QueueSqlCommand("select projection.apply_page(?)", events.Select(stored => stored.Sequence).ToArray());
        var notice = AdvanceNotice.Of(events[0].Sequence, events[^1].Sequence, events.Select(stored => stored.TenantId));
        operations.QueueSqlCommand($"select pg_notify('{AdvanceNotice.Channel}', ?)", notice.Encode());
        return Task.CompletedTask;
    }
}
