using System.Security.Cryptography;

namespace QrPlatform.Keys;

/// <summary>Passwords that nobody has to think up: 32 letters and digits, without those that look alike (186 bits).</summary>
public static class GeneratedPassword
{
    private const int Length = 32;
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

    /// <summary>Another one.</summary>
    public static string Create() => RandomNumberGenerator.GetString(Alphabet, Length);
}
