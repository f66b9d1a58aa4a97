using System.Diagnostics.CodeAnalysis;

namespace QrPlatform.Reporting.Access;

/// <summary>Counts what lasts, such as open streams, by user and tenant.</summary>
/// <param name="perUser">Places of one user.</param>
/// <param name="perTenant">Places of all users of a tenant.</param>
internal abstract class Places(int perUser, int perTenant)
{
    private readonly Dictionary<(string Tenant, string? User), int> _taken = [];
    private readonly Lock _lock = new();

    /// <summary>Takes a place, or says that there is none. Disposing gives it back.</summary>
    public bool TryEnter(string tenant, string user, [NotNullWhen(true)] out IDisposable? place)
    {
        lock (_lock)
        {
            place = null;
            if (_taken.GetValueOrDefault((tenant, user)) >= perUser || _taken.GetValueOrDefault((tenant, null)) >= perTenant) return false;
            Add((tenant, user), 1);
            Add((tenant, null), 1);
        }

        place = new Place(this, tenant, user);
        return true;
    }

    private void Add((string Tenant, string? User) key, int count)
    {
        if ((_taken[key] = _taken.GetValueOrDefault(key) + count) == 0) _taken.Remove(key);
    }

    private sealed class Place(Places places, string tenant, string user) : IDisposable
    {
        public void Dispose()
        {
            lock (places._lock)
            {
                places.Add((tenant, user), -1);
                places.Add((tenant, null), -1);
            }
        }
    }
}
