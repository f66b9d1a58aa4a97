using System.Text.Json;
using System.Text.Json.Nodes;
using Marten;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Enrichment.Managing;

/// <summary>Something managed, as it was last written.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Of its stream.</param>
/// <param name="CampaignId">The campaign that it belongs to, or null.</param>
/// <param name="Json">As the API shows it.</param>
internal sealed record ManagedItem(string Id, long Version, string? CampaignId, JsonObject Json);

/// <summary>Reads and writes <c>events.managed_items</c>.</summary>
internal sealed class ManagedItems(NpgsqlDataSource database)
{
    private static readonly string PutSql = EmbeddedSql.Read<ManagedItems>("PutItem.sql");
    private static readonly string TellSql = EmbeddedSql.Read<ManagedItems>("TellChange.sql");
    private static readonly string FindSql = EmbeddedSql.Read<ManagedItems>("FindItem.sql");
    private static readonly string ListSql = EmbeddedSql.Read<ManagedItems>("ListItems.sql");

    /// <summary>Writes it with the session's events.</summary>
    public static void Queue<T>(IDocumentSession session, Caller caller, string id, long version, T state) where T : class, IManaged<T> =>
        session.QueueSqlCommand(
            PutSql, caller.TenantId, T.Kind.ToString(), id, version, JsonSerializer.Serialize(state.Body(), JsonSerializerOptions.Web), caller.User);

    /// <summary>Tells the audit log of an event of it, with the session's events.</summary>
    /// <param name="session">What is committed.</param>
    /// <param name="caller">Who did it.</param>
    /// <param name="id">Its id.</param>
    /// <param name="version">The event's place in its stream, where the event says what exactly was done.</param>
    /// <param name="stored">The event: a <c>CampaignCostRecorded</c> is the action <c>campaign.cost_recorded</c>.</param>
    public static void Tell<T>(IDocumentSession session, Caller caller, string id, long version, object stored) where T : class, IManaged<T> =>
        session.QueueSqlCommand(TellSql, caller.TenantId, caller.User, T.Name + "." + JsonNamingPolicy.SnakeCaseLower.ConvertName(stored.GetType().Name)[(T.Name.Length + 1)..], id, version);

    /// <summary>The one of this id, or null.</summary>
    public async Task<ManagedItem?> FindAsync<T>(string tenantId, string id, CancellationToken cancellationToken) where T : class, IManaged<T>
    {
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = T.Kind.ToString() });
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>Those that the caller may see, by id.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="after">The last id of the page before, or an empty text.</param>
    /// <param name="parent">The campaign of codes or the code of placements, or null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<IReadOnlyList<ManagedItem>> ListAsync<T>(Caller caller, string after, string? parent, int limit, CancellationToken cancellationToken)
        where T : class, IManaged<T>
    {
        await using var command = database.CreateCommand(ListSql);
        command.Parameters.Add(new() { Value = caller.TenantId });
        command.Parameters.Add(new() { Value = T.Kind.ToString() });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = (object?)caller.Campaigns?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)parent ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var items = new List<ManagedItem>();
        while (await reader.ReadAsync(cancellationToken)) items.Add(Read(reader));
        return items;
    }

    private static ManagedItem Read(NpgsqlDataReader reader)
    {
        var json = JsonNode.Parse(reader.GetString(2))!.AsObject();
        json["version"] = reader.GetInt64(1);
        json["createdAt"] = reader.GetFieldValue<DateTimeOffset>(3);
        json["changedAt"] = reader.GetFieldValue<DateTimeOffset>(4);
        json["changedBy"] = reader.GetString(5);
        return new ManagedItem(reader.GetString(0), reader.GetInt64(1), reader.IsDBNull(6) ? null : reader.GetString(6), json);
    }
}
