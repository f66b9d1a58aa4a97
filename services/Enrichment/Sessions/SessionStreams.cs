using Npgsql;
using NpgsqlTypes;
using QrPlatform.Enrichment.Caching;
using QrPlatform.Enrichment.Pipeline;
using QrPlatform.Enrichment.Subjects;
using QrPlatform.Events;
using QrPlatform.Keys;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Enrichment.Sessions;

/// <summary>
/// The session step: chooses every event's stream. A source's session has a random key, the same for ever; without a session the visitor
/// has one; with neither, the event is alone.
/// </summary>
internal sealed class SessionStreams(NpgsqlDataSource database, KeyDirectory keys, TimeProvider time)
{
    private const int RememberedSessions = 50_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);
    private static readonly string AddSql = EmbeddedSql.Read<SessionStreams>("AddSessionStreams.sql");
    private static readonly string FindSql = EmbeddedSql.Read<SessionStreams>("FindSessionStreams.sql");

    private readonly RecentlyUsed<SessionLookup, string> _known = new(RememberedSessions, Lifetime, time);

    public async ValueTask ApplyAsync(IReadOnlyList<ScanDraft> drafts, CancellationToken cancellationToken)
    {
        var streams = new Dictionary<SessionLookup, string?>();
        var sessions = new SessionLookup?[drafts.Count];
        for (var i = 0; i < drafts.Count; i++)
        {
            if (drafts[i].Source.SessionId is not { } session) continue;
            var lookup = LookupOf(drafts[i].Tenant.TenantId, session);
            sessions[i] = lookup;
            streams.TryAdd(lookup, _known.TryGet(lookup, out var stream) ? stream : null);
        }

        var unknown = streams.Where(stream => stream.Value is null).Select(stream => stream.Key).ToArray();
        if (unknown.Length > 0) await GetOrAddAsync(unknown, streams, cancellationToken);
        for (var i = 0; i < drafts.Count; i++)
            drafts[i].StreamId = sessions[i] is { } lookup ? streams[lookup] : WithoutSession(drafts[i]);
    }

    private static string WithoutSession(ScanDraft draft) => draft.Visitor is { } visitor
        ? StreamKeys.Of(StreamKeys.Visitor, visitor)
        : StreamKeys.Of(StreamKeys.Lone, Guid.NewGuid());

    // Committed at once, before the events: a key that no event uses yet does no harm, and another message with the same session
    // need not wait for this one's events.
    private async Task GetOrAddAsync(SessionLookup[] unknown, Dictionary<SessionLookup, string?> streams, CancellationToken cancellationToken)
    {
        var tenants = unknown.Select(lookup => lookup.TenantId).ToArray();
        var hashes = unknown.Select(lookup => lookup.Hash.ToArray()).ToArray();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (var add = new NpgsqlCommand(AddSql, connection))
        {
            AddLookups(add, tenants, hashes);
            add.Parameters.AddWithValue(
                "streams", NpgsqlDbType.Array | NpgsqlDbType.Text, unknown.Select(_ => StreamKeys.Of(StreamKeys.Session, Guid.NewGuid())).ToArray());
            await add.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var find = new NpgsqlCommand(FindSql, connection);
        AddLookups(find, tenants, hashes);
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var lookup = unknown[reader.GetInt32(0)];
            var stream = reader.GetString(1);
            streams[lookup] = stream;
            _known.Put(lookup, stream);
        }
    }

    private static void AddLookups(NpgsqlCommand command, string[] tenants, byte[][] hashes)
    {
        command.Parameters.AddWithValue("tenants", NpgsqlDbType.Array | NpgsqlDbType.Text, tenants);
        command.Parameters.AddWithValue("lookups", NpgsqlDbType.Array | NpgsqlDbType.Bytea, hashes);
    }

    private SessionLookup LookupOf(string tenantId, string sessionId) =>
        new(tenantId, Hash256.Of(SourceIdHash.Of(keys.GetOrCreate(KeyPurposes.SessionLookup, tenantId), sessionId)));

    private readonly record struct SessionLookup(string TenantId, Hash256 Hash);
}
