using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace QrPlatform.Ingestion.Keys;

/// <summary>Whom an ingest key stands for.</summary>
internal sealed record IngestKey(string TenantId, string Name);

/// <summary>
/// All valid ingest keys, by SHA-256: a key is looked up by its hash, so that the time says nothing about its content, and an unknown
/// key costs no query. Filled by <see cref="IngestKeyRefresh"/>; the last state stays while the database is away.
/// </summary>
internal sealed class IngestKeyring
{
    private const string Scheme = "Bearer ";
    private const int MaxKeyLength = 200;

    private volatile FrozenDictionary<string, IngestKey>? _keys;

    /// <summary>Whether the keys are known at all.</summary>
    public bool IsLoaded => _keys is not null;

    /// <summary>The key of an <c>Authorization</c> header, or null where it is none, unknown or revoked.</summary>
    public IngestKey? Find(string authorization)
    {
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || authorization.Length > Scheme.Length + MaxKeyLength) return null;
        return _keys!.GetValueOrDefault(Convert.ToHexString(Hash(authorization[Scheme.Length..].Trim())));
    }

    /// <summary>Replaces all keys.</summary>
    public void Replace(IEnumerable<KeyValuePair<string, IngestKey>> keysByHash) => _keys = keysByHash.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What is kept of a key.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
