using System.Security.Cryptography;
using System.Text.Json;
using QrPlatform.Contracts.Erasure;
using QrPlatform.Keys;

namespace QrPlatform.ErasedPersons;

/// <summary>
/// The key of one erasure case. It seals who is erased, in the case and in messages, and names what the case leaves behind. When the case
/// is completed the key is destroyed: then nothing tells any more which case those names belong to.
/// </summary>
public sealed class CaseSecret
{
    private readonly Guid _caseId;
    private readonly byte[] _key;

    private CaseSecret(Guid caseId, byte[] key) => (_caseId, _key) = (caseId, key);

    /// <summary>A random id for the marks that the erasure leaves in the event store: the same in every attempt of this case.</summary>
    public Guid MarkId => new(HMACSHA256.HashData(_key, "mark"u8)[..16], bigEndian: true);

    /// <summary>Makes the key of a new case.</summary>
    public static CaseSecret Create(KeyDirectory keys, Guid caseId) => new(caseId, keys.GetOrCreate(KeyPurposes.ErasureCase, caseId.ToString("N")));

    /// <summary>The case's key; null where the case is completed.</summary>
    public static CaseSecret? Find(KeyDirectory keys, Guid caseId) =>
        keys.Find(KeyPurposes.ErasureCase, caseId.ToString("N")) is { } key ? new(caseId, key) : null;

    /// <summary>Ends what can be read of a case.</summary>
    public static void Destroy(KeyDirectory keys, Guid caseId) => keys.Destroy(KeyPurposes.ErasureCase, caseId.ToString("N"));

    /// <summary>Seals who is erased, bound to this case.</summary>
    public byte[] Seal(ErasedPerson person) =>
        SealedBox.Seal(_key, JsonSerializer.SerializeToUtf8Bytes(person, ErasedPersonJson.Default.ErasedPerson), _caseId.ToByteArray(bigEndian: true));

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <exception cref="CryptographicException">It is another case's, or was changed.</exception>
    public ErasedPerson Open(byte[] box) =>
        JsonSerializer.Deserialize(SealedBox.Open(_key, box, _caseId.ToByteArray(bigEndian: true)), ErasedPersonJson.Default.ErasedPerson)!;

    /// <summary>Opens an order's person.</summary>
    public ErasedPerson Open(ErasureOrder order) => Open(order.SealedPerson);
}
