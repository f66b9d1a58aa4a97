using JasperFx.Events;
using Marten;
using QrPlatform.Events;

namespace QrPlatform.Projection.Campaigns;

/// <summary>
/// Campaigns, costs, codes and placements: the page's events of such streams become rows of tables of their own
/// (<c>Sql/migrations/2026-11-22_07_create_definitions.sql</c>), in the transaction of the page.
/// </summary>
internal static class DefinitionRows
{
    public static void Queue(IDocumentOperations operations, IReadOnlyList<IEvent> events)
    {
        var defining = events.Where(IsDefinition).Select(stored => stored.Sequence).ToArray();
        if (defining.Length > 0) operations.QueueSqlCommand("select projection.apply_definitions(?)", defining);
    }

    private static bool IsDefinition(IEvent stored) => stored.StreamKey is [StreamKeys.Campaign or StreamKeys.QrCode or StreamKeys.Placement, ..];
}
