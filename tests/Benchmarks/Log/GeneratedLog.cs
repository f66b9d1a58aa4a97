using System.Security.Cryptography;
using System.Text;
using Npgsql;
using QrPlatform.Enrichment.EventStore;
using QrPlatform.Events;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Benchmarks.Log;

/// <summary>A log of any length that is the same every time, made by the database itself.</summary>
internal sealed class GeneratedLog(NpgsqlDataSource database, int ofYear)
{
    public const string Tenant = "demo";

    private static readonly string GenerateSql = EmbeddedSql.Read<GeneratedLog>("GenerateEvents.sql");

    /// <summary>Puts the events into the store as they lie there after having been appended, in one statement per table.</summary>
    public async Task FillAsync(int count)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var fill = new NpgsqlCommand(
            $"""
             with made as materialized ({GenerateSql}), streams as (
                 insert into events.mt_streams (tenant_id, id, version) select '{Tenant}', stream_id, max(version) from made group by stream_id
             )
             insert into events.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type)
             select number, id, stream_id, version, data, type, now(), '{Tenant}', 'QrPlatform.Events.' || dotnet_type || ', QrPlatform.Events' from made order by number
             """, connection)
        { CommandTimeout = 1200 };
        AddRange(fill, 1, count);
        await fill.ExecuteNonQueryAsync();
        await using var number = new NpgsqlCommand($"select setval('events.mt_events_sequence', {count}); analyze events.mt_events; analyze events.mt_streams", connection) { CommandTimeout = 300 };
        await number.ExecuteNonQueryAsync();
    }

    /// <summary>The events from <paramref name="first"/> on, to be appended.</summary>
    public async Task<ScanEventToAppend[]> ReadAsync(int first, int count)
    {
        var events = new List<ScanEventToAppend>(count);
        await using var connection = await database.OpenConnectionAsync();
        await using var generate = new NpgsqlCommand(GenerateSql, connection) { CommandTimeout = 300 };
        AddRange(generate, first, first + count - 1);
        await using var reader = await generate.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var eventId = reader.GetString(1);
            events.Add(new ScanEventToAppend(
                Tenant, eventId, SHA256.HashData(Encoding.UTF8.GetBytes(eventId)), reader.GetString(2), null, reader.GetGuid(4), reader.GetString(5),
                $"{typeof(ScanRecorded).Namespace}.{reader.GetString(6)}, {typeof(ScanRecorded).Assembly.GetName().Name}", reader.GetFieldValue<byte[]>(7)));
        }

        return [.. events];
    }

    private void AddRange(NpgsqlCommand command, long first, long last)
    {
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = first });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = last });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ofYear });
    }
}
