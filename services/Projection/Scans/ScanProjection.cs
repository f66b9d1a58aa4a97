using JasperFx.Events;
using Marten;
using Marten.Events.Projections;
using QrPlatform.Events;
using QrPlatform.Projection.Advances;
using QrPlatform.Projection.Campaigns;

namespace QrPlatform.Projection.Scans;

/// <summary>
/// Turns sessions' events into the star schema, a page at a time, in one SQL call inside the transaction that moves the daemon's progress
/// (<c>Sql/migrations/2026-11-22_02_create_apply_events.sql</c>). The rows are read from the log where it lies; nothing travels. What was
/// described of campaigns, codes and placements goes with it, so that readers see scans and costs of one position.
/// </summary>
internal sealed class ScanProjection : IProjection
{
    /// <summary>Name of the shard; <c>projection.watermark()</c> reads the progress of <c>Scans:All</c>.</summary>
    public const string Name = "Scans";

    private static readonly string Erased = StoredEvents.Names[typeof(VisitorErased)];

    public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        operations.QueueSqlCommand("select projection.apply_events(?)", events.Select(stored => stored.Sequence).ToArray());
        var erasures = events.Where(stored => stored.EventTypeName == Erased).Select(stored => stored.Sequence).ToArray();
        if (erasures.Length > 0) operations.QueueSqlCommand("select projection.erase_visitors(?)", erasures);
        DefinitionRows.Queue(operations, events);
        var notice = AdvanceNotice.Of(events[0].Sequence, events[^1].Sequence, events.Select(stored => stored.TenantId));
        operations.QueueSqlCommand($"select pg_notify('{AdvanceNotice.Channel}', ?)", notice.Encode());
        return Task.CompletedTask;
    }
}
