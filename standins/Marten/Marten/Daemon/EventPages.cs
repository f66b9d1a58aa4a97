using JasperFx.Events;
using Marten.Events;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Marten.Daemon;

/// <summary>The events of one transaction: those above <paramref name="Floor"/> up to <paramref name="Ceiling"/>.</summary>
internal sealed record EventPage(long Floor, long Ceiling, IReadOnlyList<IEvent> Events);

/// <summary>Reads a projection's position and its next pages.</summary>
internal sealed partial class EventPages(DocumentStore store, Shard projection, ILogger logger)
{
    private readonly EventRows _rows = new(store);
    private readonly string _where =
        $"d.seq_id > $1 and d.seq_id <= $2{(projection.IncludesArchived ? "" : " and not coalesce(d.is_archived, false)")} and d.type <> '{EventRows.TombstoneType}'{(projection.EventTypes.Count == 0 ? "" : " and d.type = any ($4)")}";

    private readonly string[] _types = [.. store.Options.EventGraph.AliasesOf(projection.EventTypes)];
    private readonly int _size = Math.Max(1, projection.Options.BatchSize);

    public Task<long> PositionAsync(CancellationToken ct) =>
        store.Advanced.ProjectionProgressFor(projection.Name, null, ct);

    /// <param name="floor">The last sequence that has been projected.</param>
    /// <param name="highWater">Everything up to here is committed, or never will be.</param>
    /// <param name="ct">Cancels the read.</param>
    public async Task<EventPage> LoadAsync(long floor, long highWater, CancellationToken ct)
    {
        await using var command = store.DataSource.CreateCommand(
            $"{_rows.Select} where {_where} order by d.seq_id limit $3");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = floor });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = highWater });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = _size });
        if (projection.EventTypes.Count > 0)
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = _types });
        }

        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var events = new List<IEvent>(Math.Min(_size, 500));
        var read = 0;
        var last = floor;
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            read++;
            last = reader.GetInt64(0);
            if (_rows.Read(reader, skipUnknown: true) is { } e)
            {
                events.Add(e);
            }
            else
            {
                Log.UnknownType(logger, projection.Name.Identity, last, reader.GetString(5));
            }
        }

        return new EventPage(floor, read < _size ? highWater : last, events);
    }

    private static partial class Log
    {
        [LoggerMessage(10, LogLevel.Warning, "Projection {Shard} does not know the type of event {Sequence}, '{Type}', and goes on without it")]
        public static partial void UnknownType(ILogger logger, string shard, long sequence, string type);
    }
}
