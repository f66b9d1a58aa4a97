using System.Text.Json;
using JasperFx.Events;
using JasperFx.MultiTenancy;
using Marten.Events;
using Npgsql;
using NpgsqlTypes;

namespace Marten.Sessions;

/// <summary>
/// One statement that claims the next versions of a stream and writes its events. It returns a row per event, or none if
/// the stream's row did not have the expected version or is archived.
/// </summary>
internal static class AppendStatement
{
    public static bool IsConjoined(EventGraph graph) => graph.TenancyStyle == TenancyStyle.Conjoined;

    public static NpgsqlBatchCommand Build(DocumentSession session, StreamAction stream)
    {
        var graph = session.Owner.Options.EventGraph;
        var command = new NpgsqlBatchCommand();
        var columns = new List<string>();
        var arrays = new List<string>();

        // $1 to $5 are used by the stream's row, the arrays follow.
        command.Parameters.Add(new NpgsqlParameter { Value = stream.Identity });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = session.TenantId });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = stream.AggregateType is { } t ? EventNames.AliasOf(t) : null });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = stream.Events.Count });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)stream.ExpectedVersionOnServer ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });

        void Array<T>(string column, NpgsqlDbType type, Func<IEvent, T> value)
        {
            command.Parameters.Add(new NpgsqlParameter
            {
                Value = stream.Events.Select(value).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | type
            });
            columns.Add(column);
            arrays.Add($"${command.Parameters.Count}");
        }

        Array("id", NpgsqlDbType.Uuid, e => e.Id);
        Array("data", NpgsqlDbType.Jsonb, e => JsonSerializer.SerializeToUtf8Bytes(e.Data, e.EventType, session.Owner.Options.Json));
        Array("type", NpgsqlDbType.Varchar, e => e.EventTypeName);
        Array("mt_dotnet_type", NpgsqlDbType.Varchar, e => e.DotNetTypeName);
        if (graph.AppendMode != EventAppendMode.Quick)
        {
            Array("timestamp", NpgsqlDbType.TimestampTz, e => e.Timestamp.UtcDateTime);
        }

        if (graph.MetadataConfig.CorrelationIdEnabled)
        {
            Array("correlation_id", NpgsqlDbType.Varchar, e => e.CorrelationId);
        }

        if (graph.MetadataConfig.CausationIdEnabled)
        {
            Array("causation_id", NpgsqlDbType.Varchar, e => e.CausationId);
        }

        if (graph.MetadataConfig.UserNameEnabled)
        {
            Array("user_name", NpgsqlDbType.Varchar, e => e.UserName);
        }

        if (graph.MetadataConfig.HeadersEnabled)
        {
            Array("headers", NpgsqlDbType.Jsonb, e => e.Headers is { } h ? JsonSerializer.Serialize(h, session.Owner.Options.Json) : null);
        }

        command.CommandText =
            $"""
            with stream as (
                {StreamRow(session, stream)}
                returning version
            ), numbered as (
                select stream.version - $4 + e.ordinal as version, e.*
                from stream cross join unnest({string.Join(", ", arrays)}) with ordinality as e ({string.Join(", ", columns)}, ordinal)
                order by e.ordinal
            )
            insert into {session.Owner.Schema.Events} (seq_id, stream_id, tenant_id, version, {string.Join(", ", columns)})
            select nextval('{session.Owner.Schema.Sequence}'), $1, $2, version, {string.Join(", ", columns)} from numbered
            returning seq_id, version, timestamp
            """;
        return command;
    }

    private static string StreamRow(DocumentSession session, StreamAction stream)
    {
        var streams = session.Owner.Schema.Streams;
        var key = IsConjoined(session.Owner.Options.EventGraph) ? "tenant_id, id" : "id";
        var row = $"insert into {streams} as s (id, tenant_id, type, version) select $1, $2, $3, $4";
        return (stream.ActionType, stream.ExpectedVersionOnServer) switch
        {
            // $5 is named so that PostgreSQL knows its type in each of the shapes.
            (StreamActionType.Start, _) => $"{row} where $5::bigint is null or $5 = 0",
            (_, null) =>
                $"{row} where $5::bigint is null on conflict ({key}) do update set version = s.version + $4, timestamp = now() where not s.is_archived",
            (_, 0) => $"{row} where $5::bigint = 0 on conflict ({key}) do nothing",
            _ => $"""
                update {streams} set version = version + $4, timestamp = now()
                where id = $1 and tenant_id = $2 and version = $5 and not is_archived and ($3::varchar is null or true)
                """
        };
    }
}
