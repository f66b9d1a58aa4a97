using JasperFx.Events.Projections;
using JasperFx.Events.Protected;
using Marten.Events;
using Marten.Schema;
using Npgsql;

namespace Marten;

/// <summary>What operators and tests need to know of a store.</summary>
public class AdvancedOperations
{
    private readonly DocumentStore _store;

    internal AdvancedOperations(DocumentStore store)
    {
        _store = store;
        Clean = new DocumentCleaner(store);
    }

    public IDocumentCleaner Clean { get; }

    /// <summary>
    /// Every row of <c>mt_event_progression</c>: projections, and the reserved rows HighWaterMark, HighWaterAllocationFence and
    /// HighWaterStuckGap, which are not projections and must not be counted as such.
    /// </summary>
    public async Task<IReadOnlyList<ShardState>> AllProjectionProgress(string? tenantId = null, CancellationToken token = default)
    {
        RefuseTenant(tenantId);
        await _store.Schema.EnsureAsync(token).ConfigureAwait(false);
        await using var command = _store.DataSource.CreateCommand(
            $"select name, coalesce(last_seq_id, 0), last_updated from {_store.Schema.Progression} order by name");
        await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
        var states = new List<ShardState>();
        while (await reader.ReadAsync(token).ConfigureAwait(false))
        {
            states.Add(new ShardState(reader.GetString(0), reader.GetInt64(1))
            {
                LastAdvanced = reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2)
            });
        }

        return states;
    }

    /// <summary>The progress of one projection; 0 if it has never run.</summary>
    public async Task<long> ProjectionProgressFor(ShardName name, string? tenantId = null, CancellationToken token = default)
    {
        RefuseTenant(tenantId);
        await _store.Schema.EnsureAsync(token).ConfigureAwait(false);
        await using var command = _store.DataSource.CreateCommand(
            $"select last_seq_id from {_store.Schema.Progression} where name = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name.Identity });
        return await command.ExecuteScalarAsync(token).ConfigureAwait(false) as long? ?? 0;
    }

    public async Task<EventStoreStatistics> FetchEventStoreStatistics(string? tenantId = null, CancellationToken token = default)
    {
        RefuseTenant(tenantId);
        await _store.Schema.EnsureAsync(token).ConfigureAwait(false);
        var schema = _store.Schema;
        await using var command = _store.DataSource.CreateCommand(
            $"""
            select (select count(*) from {schema.Events}), (select count(*) from {schema.Streams}),
                   (select case when is_called then last_value else 0 end from {schema.Sequence})
            """);
        await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
        await reader.ReadAsync(token).ConfigureAwait(false);
        return new EventStoreStatistics
        {
            EventCount = reader.GetInt64(0),
            StreamCount = reader.GetInt64(1),
            EventSequenceNumber = reader.GetInt64(2)
        };
    }

    /// <summary>
    /// Rewrites stored events as the masking rules say, in place and in one transaction. Read models, snapshots and backups keep what
    /// they have: rebuild the former afterwards.
    /// </summary>
    /// <exception cref="InvalidOperationException">No stream is named.</exception>
    public Task ApplyEventDataMasking(Action<IEventDataMasking> configure, CancellationToken token = default)
    {
        var masking = new EventDataMasking(_store);
        configure(masking);
        return masking.ApplyAsync(token);
    }

    private static void RefuseTenant(string? tenantId)
    {
        if (tenantId is not null)
        {
            throw NotInTheSubset.Member("a database per tenant");
        }
    }
}
