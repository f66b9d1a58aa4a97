using System.Security.Cryptography;
using System.Text;
using QrPlatform.Keys;

namespace QrPlatform.PrivacyCompliance.Subjects;

/// <summary>The keyed hashes by which a person is found and recognised.</summary>
internal sealed class PersonHashes(KeyDirectory keys)
{
    /// <summary>Kinds of subjects that are persons, or stand for one.</summary>
    public const string Visitor = "visitor", Session = "session";

    /// <summary>Where the subject is found: the hash that enrichment computes too.</summary>
    public byte[] Lookup(string tenantId, string sourceId) => SourceIdHash.Of(keys.GetOrCreate(KeyPurposes.SubjectLookup, tenantId), sourceId);

    /// <summary>How a subject is recognised once it is erased: a hash of kind and lookup under a key of its own.</summary>
    public byte[] Suppression(string tenantId, string kind, byte[] lookup)
    {
        Span<byte> input = stackalloc byte[64];
        var length = Encoding.ASCII.GetBytes(kind, input);
        lookup.CopyTo(input[length..]);
        return HMACSHA256.HashData(keys.GetOrCreate(KeyPurposes.Suppression, tenantId), input[..(length + lookup.Length)]);
    }
}
