using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Aspire.Hosting.Dashboard;

/// <summary>Who is logged in: random session ids, of which only hashes are kept, for a day and for this run.</summary>
internal sealed class Sessions(string token, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    private const int MostSessions = 200;

    private readonly byte[] _token = Hash(token);
    private readonly Dictionary<string, DateTimeOffset> _expiries = [];
    private readonly Lock _lock = new();

    /// <summary>Whether this is the token, found out in the same time however much of it is right.</summary>
    public bool IsToken(string? guess) => guess is not null && CryptographicOperations.FixedTimeEquals(Hash(guess), _token);

    /// <summary>Begins a session.</summary>
    /// <returns>Its id, for the cookie.</returns>
    public string Begin()
    {
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        lock (_lock)
        {
            foreach (var (old, _) in _expiries.Where(e => e.Value <= time.GetUtcNow()).ToArray())
                _expiries.Remove(old);
            if (_expiries.Count >= MostSessions)
                _expiries.Remove(_expiries.MinBy(e => e.Value).Key);
            _expiries[KeyOf(id)] = time.GetUtcNow() + Lifetime;
        }

        return id;
    }

    public bool IsKnown(string? id)
    {
        if (id is null)
            return false;
        lock (_lock)
            return _expiries.TryGetValue(KeyOf(id), out var expiry) && expiry > time.GetUtcNow();
    }

    public void End(string? id)
    {
        if (id is null)
            return;
        lock (_lock)
            _expiries.Remove(KeyOf(id));
    }

    // Looked up by its hash, an id cannot be guessed from how long the look-up takes.
    private static string KeyOf(string id) => Convert.ToHexString(Hash(id));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

/// <summary>Ten wrong guesses, then one every six seconds, whoever guesses.</summary>
internal sealed class GuessLimit(TimeProvider time)
{
    public static readonly TimeSpan Recovery = TimeSpan.FromSeconds(6);

    private const double Most = 10;

    private readonly Lock _lock = new();
    private double _left = Most;
    private long _at = time.GetTimestamp();

    /// <summary>Whether an attempt is looked at now.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_lock)
                return Refill() >= 1;
        }
    }

    public void CountWrongGuess()
    {
        lock (_lock)
            _left = Math.Max(0, Refill() - 1);
    }

    private double Refill()
    {
        _left = Math.Min(Most, _left + (time.GetElapsedTime(_at) / Recovery));
        _at = time.GetTimestamp();
        return _left;
    }
}
