using System.Text.Json;
using Marten.Sessions;
using Npgsql;
using NpgsqlTypes;

namespace Marten.Documents;

/// <summary>A document that waits to be written.</summary>
internal sealed record PendingStore(DocumentMapping Mapping, object Document, string TenantId, JsonSerializerOptions Json) : IQueuedWrite
{
    public NpgsqlBatchCommand Build()
    {
        var command = new NpgsqlBatchCommand(Mapping.UpsertStatement());
        command.Parameters.Add(new NpgsqlParameter { Value = Mapping.Members.IdOf(Document)!, NpgsqlDbType = Mapping.IdDbType });
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = JsonSerializer.SerializeToUtf8Bytes(Document, Mapping.Type, Json),
            NpgsqlDbType = NpgsqlDbType.Jsonb
        });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = Mapping.Type.FullName });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7() });
        if (Mapping.Conjoined)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = TenantId });
        }

        return command;
    }
}

/// <summary>A document that waits to be deleted.</summary>
internal sealed record PendingDelete(DocumentMapping Mapping, object Id, string TenantId) : IQueuedWrite
{
    public NpgsqlBatchCommand Build()
    {
        var command = new NpgsqlBatchCommand(Mapping.DeleteStatement());
        command.Parameters.Add(new NpgsqlParameter { Value = Id, NpgsqlDbType = Mapping.IdDbType });
        if (Mapping.Conjoined)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = TenantId });
        }

        return command;
    }
}
