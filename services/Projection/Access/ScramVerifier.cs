using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace QrPlatform.Projection.Access;

/// <summary>
/// What PostgreSQL keeps of a password (SCRAM-SHA-256, RFC 5802 and 7677). It is made here, so that the password itself is in no statement and cannot end up
/// in the database server's log. Passwords are printable ASCII, for which RFC 4013 (SASLprep) changes nothing.
/// </summary>
internal static class ScramVerifier
{
    // PostgreSQL's own number; passwords are random or long.
    private const int Iterations = 4096;
    private const int SaltSize = 16, KeySize = 32;

    /// <summary>A verifier of a password, with a salt of its own.</summary>
    public static string Of(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltSize);
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.ASCII.GetBytes(password), salt, Iterations, HashAlgorithmName.SHA256, KeySize);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, "Server Key"u8);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}");
    }
}
