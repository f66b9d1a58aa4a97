using System.Security.Cryptography;
using System.Text;

namespace QrPlatform.Keys;

/// <summary>
/// The keyed hash under which a source's id is found again, so that the id itself is kept nowhere. Enrichment and
/// privacy-compliance must compute it alike.
/// </summary>
public static class SourceIdHash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = HMACSHA256.HashSizeInBytes;

    /// <summary>HMAC-SHA-256 of the id's UTF-8 bytes.</summary>
    /// <param name="key">The tenant's key, such as <see cref="KeyPurposes.SubjectLookup"/>.</param>
    /// <param name="sourceId">The source's id of a visitor or session. Personal.</param>
    public static byte[] Of(ReadOnlySpan<byte> key, string sourceId) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(sourceId));
}
