using JasperFx.Events;
using Marten.Events.Projections;

namespace QrPlatform.Marten.Tests;

/// <summary>Notes every event once; a second time fails on nothing and is counted.</summary>
public sealed class SequenceLog(string table, Func<IReadOnlyList<IEvent>, Task>? before = null, string then = "select 1") : IProjection
{
    public const string Columns = "(seq_id bigint, tenant text, times int, primary key (seq_id))";

    public async Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        if (before is not null) await before(events);
        operations.QueueSqlCommand(
            $"insert into {table} select *, 1 from unnest(?::bigint[], ?::text[]) on conflict (seq_id) do update set times = {table}.times + 1",
            events.Select(e => e.Sequence).ToArray(), events.Select(e => e.TenantId).ToArray());
        operations.QueueSqlCommand(then);
    }
}
