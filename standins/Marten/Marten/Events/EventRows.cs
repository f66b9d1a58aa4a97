using System.Text.Json;
using JasperFx.Events;
using Marten.Exceptions;
using Npgsql;

namespace Marten.Events;

/// <summary>Reads rows of <c>mt_events</c>. The body stays JSON until somebody asks for it.</summary>
internal sealed class EventRows
{
    /// <summary>What real Marten's Rich mode writes into numbers that a failed append has burned.</summary>
    public const string TombstoneType = "tombstone";

    private readonly EventGraph _graph;
    private readonly JsonSerializerOptions _json;
    private readonly bool _stringIds;
    private readonly List<Action<NpgsqlDataReader, int, IEvent>> _optional = [];

    public EventRows(DocumentStore store)
    {
        _graph = store.Options.EventGraph;
        _json = store.Options.JsonReading;
        _stringIds = _graph.StreamIdentity == StreamIdentity.AsString;
        var columns = "d.seq_id, d.id, d.stream_id, d.version, d.data, d.type, d.timestamp, d.tenant_id, d.mt_dotnet_type, d.is_archived";
        columns += Optional(_graph.MetadataConfig.CorrelationIdEnabled, "correlation_id", (r, i, e) => e.CorrelationId = r.GetString(i));
        columns += Optional(_graph.MetadataConfig.CausationIdEnabled, "causation_id", (r, i, e) => e.CausationId = r.GetString(i));
        columns += Optional(_graph.MetadataConfig.UserNameEnabled, "user_name", (r, i, e) => e.UserName = r.GetString(i));
        columns += Optional(_graph.MetadataConfig.HeadersEnabled, "headers", (r, i, e) =>
            e.Headers = JsonSerializer.Deserialize<Dictionary<string, object>>(r.GetFieldValue<byte[]>(i), _json));
        Select = $"select {columns} from {_graph.DatabaseSchemaName}.mt_events as d";
    }

    public string Select { get; }

    /// <returns>Null if the type is unknown and <paramref name="skipUnknown"/> says not to mind.</returns>
    public IEvent? Read(NpgsqlDataReader reader, bool skipUnknown)
    {
        var alias = reader.GetString(5);
        if (!_graph.TryFind(alias, reader.IsDBNull(8) ? null : reader.GetString(8), out var mapping))
        {
            return skipUnknown ? null : throw new UnknownEventTypeException(alias);
        }

        var e = mapping.Read(reader.GetFieldValue<byte[]>(4), _json);
        e.Sequence = reader.GetInt64(0);
        e.Id = reader.GetGuid(1);
        if (_stringIds)
        {
            e.StreamKey = reader.GetString(2);
        }
        else
        {
            e.StreamId = reader.GetGuid(2);
        }

        e.Version = reader.GetInt64(3);
        e.Timestamp = reader.GetFieldValue<DateTimeOffset>(6);
        e.TenantId = reader.GetString(7);
        e.IsArchived = !reader.IsDBNull(9) && reader.GetBoolean(9);
        for (var i = 0; i < _optional.Count; i++)
        {
            if (!reader.IsDBNull(10 + i))
            {
                _optional[i](reader, 10 + i, e);
            }
        }

        return e;
    }

    private string Optional(bool enabled, string column, Action<NpgsqlDataReader, int, IEvent> read)
    {
        if (!enabled)
        {
            return "";
        }

        _optional.Add(read);
        return $", d.{column}";
    }
}
