using System.Globalization;
using System.Security.Cryptography;

namespace QrPlatform.Gateway.Identity;

/// <summary>
/// Passwords as <c>pbkdf2-sha512$iterations$salt$hash</c> (RFC 8018). The number of iterations is OWASP's for PBKDF2-HMAC-SHA512 (2023), about
/// 0.1 s of one core; it is part of the text, so that it can be raised without breaking older hashes.
/// </summary>
internal static class PasswordHash
{
    private const string Scheme = "pbkdf2-sha512";
    private const int Iterations = 210_000;
    private const int SaltSize = 16;
    private const int HashSize = 32;

    /// <summary>What no password matches, at the price of a real comparison: for user names that do not exist.</summary>
    public static readonly string Nobody =
        Format(RandomNumberGenerator.GetBytes(SaltSize), RandomNumberGenerator.GetBytes(HashSize));

    public static string Create(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltSize);
        return Format(salt, Rfc2898DeriveBytes.Pbkdf2(password, salt, Iterations, HashAlgorithmName.SHA512, HashSize));
    }

    /// <exception cref="FormatException">The hash was not made by <see cref="Create"/>.</exception>
    public static bool Matches(string hash, string password)
    {
        if (hash.Split('$') is not [Scheme, var iterations, var salt, var expected])
            throw new FormatException("The stored password hash has another form.");

        var wanted = Convert.FromBase64String(expected);
        var given = Rfc2898DeriveBytes.Pbkdf2(
            password, Convert.FromBase64String(salt), int.Parse(iterations, CultureInfo.InvariantCulture), HashAlgorithmName.SHA512, wanted.Length);
        return CryptographicOperations.FixedTimeEquals(wanted, given);
    }

    private static string Format(byte[] salt, byte[] hash) =>
        string.Create(CultureInfo.InvariantCulture, $"{Scheme}${Iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
}
