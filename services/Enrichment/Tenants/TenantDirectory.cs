using System.Collections.Frozen;
using Npgsql;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Enrichment.Tenants;

/// <summary>
/// All tenants' settings, read again every <see cref="Lifetime"/>. A tenant that is not known is looked for in the database every time: its
/// events would be quarantined, and it may have been added a moment ago.
/// </summary>
internal sealed class TenantDirectory(NpgsqlDataSource database, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(15);
    private static readonly string FindSql = EmbeddedSql.Read<TenantDirectory>("FindTenants.sql");

    private readonly SemaphoreSlim _turn = new(1, 1);
    private Snapshot? _current;

    /// <summary>The tenant's settings, or null for a tenant that is not known.</summary>
    public async ValueTask<TenantSettings?> FindAsync(string tenantId, CancellationToken cancellationToken)
    {
        if (Known(tenantId) is { } known) return known;

        var asked = time.GetTimestamp();
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // Others who waited for the turn need not read again what was read since they asked.
            if (_current is null || _current.ReadAt < asked)
            {
                var started = time.GetTimestamp();
                _current = new Snapshot(await ReadAsync(cancellationToken), started);
            }

            return _current.Tenants.GetValueOrDefault(tenantId);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<FrozenDictionary<string, TenantSettings>> ReadAsync(CancellationToken cancellationToken)
    {
        var tenants = new List<TenantSettings>();
        await using var command = database.CreateCommand(FindSql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            tenants.Add(new TenantSettings(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2), reader.GetString(3)));
        return tenants.ToFrozenDictionary(tenant => tenant.TenantId, StringComparer.Ordinal);
    }

    private TenantSettings? Known(string tenantId) =>
        _current is { } current && time.GetElapsedTime(current.ReadAt) < Lifetime ? current.Tenants.GetValueOrDefault(tenantId) : null;

    private sealed record Snapshot(FrozenDictionary<string, TenantSettings> Tenants, long ReadAt);
}
