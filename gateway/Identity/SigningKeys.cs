using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using QrPlatform.Keys;

namespace QrPlatform.Gateway.Identity;

/// <summary>Where key files are kept, shared with the services of the stack.</summary>
internal sealed class SigningKeyOptions
{
    /// <summary>Directory of the key files. Configuration key <c>Keys:Directory</c>.</summary>
    public string Directory { get; set; } = "";
}

/// <summary>
/// The ES256 keys of the platform's tokens: PEM files in <c>{Keys:Directory}/signing</c>, readable by the gateway's user only. All are published; the
/// one whose file name sorts last signs. Rotation: add a file with a later name, and remove the older one an hour after (a token's life).
/// The directory is read again every 30 s.
/// </summary>
internal sealed partial class SigningKeys : IDisposable
{
    private const string FirstFile = "key-0001.pem";

    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(30);

    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly ILogger<SigningKeys> _logger;
    private readonly Lock _reading = new();
    private volatile KeyRing _ring;

    /// <exception cref="InvalidOperationException">No directory is configured, or a file in it is not an EC P-256 private key.</exception>
    public SigningKeys(IOptions<SigningKeyOptions> options, TimeProvider time, ILogger<SigningKeys> logger)
    {
        if (options.Value.Directory.Length == 0)
            throw new InvalidOperationException("Keys:Directory is not set; it must name the directory of the key files.");
        (_directory, _time, _logger) = (Path.Combine(options.Value.Directory, "signing"), time, logger);
        Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (Files().Length == 0) CreateFirst();
        _ring = ReadAll();
    }

    /// <summary>Signs with the newest key.</summary>
    public SigningCredentials Credentials => Ring().Credentials;

    /// <summary>What tokens may be signed with. Public parts only: safe to use from many threads at once.</summary>
    public IReadOnlyList<JsonWebKey> Published => Ring().Published;

    public void Dispose() => _ring.Dispose();

    private KeyRing Ring()
    {
        var ring = _ring;
        if (_time.GetElapsedTime(ring.ReadAt) < ReadAgainAfter) return ring;
        lock (_reading)
        {
            if (_time.GetElapsedTime(_ring.ReadAt) < ReadAgainAfter) return _ring;
            try
            {
                // The older ring's key may be signing right now; it is left to the finalizer.
                return _ring = Files().SequenceEqual(_ring.Files, StringComparer.Ordinal) ? _ring.ReadAgain(_time.GetTimestamp()) : ReadAll();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                Log.KeptOldKeys(_logger, exception.Message);
                return _ring = _ring.ReadAgain(_time.GetTimestamp());
            }
        }
    }

    private string[] Files() => [.. Directory.GetFiles(_directory, "*.pem").Order(StringComparer.Ordinal)];

    private KeyRing ReadAll()
    {
        var files = Files();
        if (files.Length == 0) throw new InvalidOperationException($"There is no signing key in '{_directory}'.");
        var newest = ReadKey(files[^1]);
        var published = new List<JsonWebKey> { PublicKey(newest) };
        foreach (var file in files.Reverse().Skip(1))
        {
            using var older = ReadKey(file);
            published.Add(PublicKey(older));
        }

        var credentials = new SigningCredentials(new ECDsaSecurityKey(newest) { KeyId = published[0].Kid }, SecurityAlgorithms.EcdsaSha256);
        return new KeyRing(files, newest, credentials, published, _time.GetTimestamp());
    }

    private static ECDsa ReadKey(string file)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            if (key.KeySize == 256 && key.ExportParameters(includePrivateParameters: true).D is not null) return key;
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidOperationException($"The signing key file '{file}' cannot be read: {exception.Message}", exception);
        }

        key.Dispose();
        throw new InvalidOperationException($"The signing key file '{file}' does not hold an EC P-256 private key.");
    }

    // The key's id is its thumbprint (RFC 7638), so that it needs no place of its own.
    private static JsonWebKey PublicKey(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var published = new JsonWebKey
        {
            Kty = JsonWebAlgorithmsKeyTypes.EllipticCurve,
            Crv = JsonWebKeyECTypes.P256,
            X = Base64UrlEncoder.Encode(point.X),
            Y = Base64UrlEncoder.Encode(point.Y),
            Use = JsonWebKeyUseNames.Sig,
            Alg = SecurityAlgorithms.EcdsaSha256,
        };
        published.Kid = Base64UrlEncoder.Encode(published.ComputeJwkThumbprint());
        return published;
    }

    private void CreateFirst()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var draft = Path.Combine(_directory, $".{Guid.NewGuid():N}");
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        using (var file = new FileStream(draft, create))
        {
            file.Write(Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
            file.Flush(flushToDisk: true);
        }

        // Only one of several starting gateways wins; the others take the winner's key.
        NewFile.TryPublish(draft, Path.Combine(_directory, FirstFile));
    }

    private sealed record KeyRing(string[] Files, ECDsa Newest, SigningCredentials Credentials, IReadOnlyList<JsonWebKey> Published, long ReadAt) : IDisposable
    {
        public KeyRing ReadAgain(long at) => this with { ReadAt = at };

        public void Dispose() => Newest.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The signing keys could not be read again, the known ones stay in use: {Reason}")]
        public static partial void KeptOldKeys(ILogger logger, string reason);
    }
}
