using Npgsql;
using NpgsqlTypes;
using QrPlatform.Enrichment.Pipeline;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Enrichment.Scans;

/// <summary>Remembers the ids of events that are processed but not stored, so that they too are processed once.</summary>
internal sealed class UnstoredIds(StoredForm storedForm)
{
    private static readonly string AddSql = EmbeddedSql.Read<UnstoredIds>("AddUnstoredIds.sql");

    /// <summary>Remembers them in the transaction; returns those that were new.</summary>
    public async Task<IReadOnlyList<ScanDraft>> AddAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<ScanDraft> drafts, CancellationToken cancellationToken)
    {
        var rememberable = drafts.Where(CanBeRemembered).ToArray();
        var added = drafts.Where(draft => !CanBeRemembered(draft)).ToList();
        if (rememberable.Length == 0) return added;

        await using var add = new NpgsqlCommand(AddSql, connection, transaction);
        add.Parameters.AddWithValue("tenants", NpgsqlDbType.Array | NpgsqlDbType.Text, rememberable.Select(draft => draft.Tenant.TenantId).ToArray());
        add.Parameters.AddWithValue("event_ids", NpgsqlDbType.Array | NpgsqlDbType.Text, rememberable.Select(draft => draft.Source.EventId).ToArray());
        add.Parameters.AddWithValue("hashes", NpgsqlDbType.Array | NpgsqlDbType.Bytea, rememberable.Select(storedForm.ContentHash).ToArray());
        await using var reader = await add.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) added.Add(rememberable[reader.GetInt32(0)]);
        return added;
    }

    // PostgreSQL cannot keep U+0000 at all; such an id is always new. The door refuses it.
    private static bool CanBeRemembered(ScanDraft draft) => !draft.Source.EventId.Contains('\0');
}
