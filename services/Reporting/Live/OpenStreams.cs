using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace QrPlatform.Reporting.Live;

/// <summary>Limits of the live stream, section <c>Reporting:Live</c>; of each instance.</summary>
public sealed class LiveOptions
{
    /// <summary>Streams that one user may hold open: about one per browser tab.</summary>
    public int StreamsPerUser { get; set; } = 10;

    /// <summary>Streams of one tenant.</summary>
    public int StreamsPerTenant { get; set; } = 500;
}

/// <summary>Counts open streams, by user and tenant.</summary>
internal sealed class OpenStreams(IOptions<LiveOptions> options)
{
    private readonly Dictionary<(string Tenant, string? User), int> _open = [];
    private readonly Lock _lock = new();

    /// <summary>Takes a place, or says that there is none. Disposing gives it back.</summary>
    public bool TryEnter(string tenant, string user, [NotNullWhen(true)] out IDisposable? place)
    {
        lock (_lock)
        {
            place = null;
            if (_open.GetValueOrDefault((tenant, user)) >= options.Value.StreamsPerUser) return false;
            if (_open.GetValueOrDefault((tenant, null)) >= options.Value.StreamsPerTenant) return false;
            Add((tenant, user), 1);
            Add((tenant, null), 1);
        }

        place = new Place(this, tenant, user);
        return true;
    }

    private void Add((string Tenant, string? User) key, int count)
    {
        if ((_open[key] = _open.GetValueOrDefault(key) + count) == 0) _open.Remove(key);
    }

    private sealed class Place(OpenStreams streams, string tenant, string user) : IDisposable
    {
        public void Dispose()
        {
            lock (streams._lock)
            {
                streams.Add((tenant, user), -1);
                streams.Add((tenant, null), -1);
            }
        }
    }
}
