using System.Security.Cryptography;

namespace QrPlatform.Keys;

/// <summary>
/// Authenticated encryption of one message: AES-256-GCM with a random 96-bit nonce and a 128-bit tag (NIST SP 800-38D).
/// The box is <c>nonce (12) | ciphertext | tag (16)</c>.
/// </summary>
public static class SealedBox
{
    /// <summary>Bytes that a box is longer than what it seals.</summary>
    public const int Overhead = NonceSize + TagSize;

    /// <summary>Bytes of a key.</summary>
    public const int KeySize = 32;

    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>Seals <paramref name="plaintext"/>; <paramref name="associatedData"/> is authenticated and must be given again to open it.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        var box = new byte[plaintext.Length + Overhead];
        var nonce = box.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(nonce, plaintext, box.AsSpan(NonceSize, plaintext.Length), box.AsSpan(NonceSize + plaintext.Length), associatedData);
        return box;
    }

    /// <summary>Opens a box.</summary>
    /// <exception cref="CryptographicException">The box was cut or changed, or the key or the associated data is another one.</exception>
    public static byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> box, ReadOnlySpan<byte> associatedData)
    {
        if (box.Length < Overhead)
            throw new AuthenticationTagMismatchException("The sealed box is too short.");

        var plaintext = new byte[box.Length - Overhead];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(box[..NonceSize], box[NonceSize..^TagSize], box[^TagSize..], plaintext, associatedData);
        return plaintext;
    }
}
