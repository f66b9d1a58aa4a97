using System.Collections.Frozen;
using Npgsql;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Enrichment.Tenants;

/// <summary>All tenants' settings, read again every <see cref="Lifetime"/>, and sooner for one that is not known.</summary>
internal sealed class TenantDirectory(NpgsqlDataSource database, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LifetimeForStrangers = TimeSpan.FromSeconds(1);
    private static readonly string FindSql = EmbeddedSql.Read<TenantDirectory>("FindTenants.sql");

    private readonly SemaphoreSlim _turn = new(1, 1);
    private Snapshot? _current;

    /// <summary>The tenant's settings, or null for a tenant that is not known.</summary>
    public async ValueTask<TenantSettings?> FindAsync(string tenantId, CancellationToken cancellationToken)
    {
        if (_current is { } current && current.Find(tenantId, time, out var found)) return found;

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_current is { } newer && newer.Find(tenantId, time, out found)) return found;
            var read = new Snapshot(await ReadAsync(cancellationToken), time.GetTimestamp());
            _current = read;
            return read.Tenants.GetValueOrDefault(tenantId);
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

    private sealed record Snapshot(FrozenDictionary<string, TenantSettings> Tenants, long ReadAt)
    {
        public bool Find(string tenantId, TimeProvider time, out TenantSettings? found) =>
            time.GetElapsedTime(ReadAt) < (Tenants.TryGetValue(tenantId, out found) ? Lifetime : LifetimeForStrangers);
    }
}
