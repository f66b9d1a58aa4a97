using System.Text.Json;
using Npgsql;

namespace QrPlatform.Enrichment.Tests.Scans;

/// <summary>An event as the store holds it.</summary>
internal sealed record Stored(string StreamId, long Version, string Type, string DotNetType, JsonElement Data)
{
    /// <summary>All events of a tenant, in their order.</summary>
    public static async Task<IReadOnlyList<Stored>> OfAsync(NpgsqlDataSource database, string tenant)
    {
        await using var command = database.CreateCommand(
            "select stream_id, version, type, mt_dotnet_type, data::text from events.mt_events where tenant_id = $1 order by seq_id");
        command.Parameters.Add(new() { Value = tenant });
        var events = new List<Stored>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            using var data = JsonDocument.Parse(reader.GetString(4));
            events.Add(new Stored(reader.GetString(0), reader.GetInt64(1), reader.GetString(2), reader.GetString(3), data.RootElement.Clone()));
        }

        return events;
    }

    public string EventId => Data.GetProperty("EventId").GetString()!;
}
