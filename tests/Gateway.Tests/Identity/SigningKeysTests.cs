using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using QrPlatform.Gateway.Identity;

namespace QrPlatform.Gateway.Tests.Identity;

public sealed class SigningKeysTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("qr-signing-").FullName;
    private readonly ManualTime _time = new();

    private string Folder => Path.Combine(_directory, "signing");

    [Fact]
    public async Task Gateways_that_start_at_once_agree_on_one_key_that_only_they_can_read()
    {
        var started = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(Open)));

        Assert.Single(started.Select(keys => keys.Credentials.Key.KeyId).Distinct());
        var file = Assert.Single(Directory.GetFiles(Folder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        foreach (var keys in started) keys.Dispose();
    }

    [Fact]
    public void The_newest_signs_and_all_are_published()
    {
        using var keys = Open();
        var first = keys.Credentials.Key.KeyId;

        AddKey("key-0002.pem");
        Assert.Equal(first, keys.Credentials.Key.KeyId);
        _time.Advance(TimeSpan.FromSeconds(31));

        Assert.NotEqual(first, keys.Credentials.Key.KeyId);
        Assert.Equal([keys.Credentials.Key.KeyId, first], keys.Published.Select(key => key.Kid));

        File.Delete(Path.Combine(Folder, "key-0001.pem"));
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal([keys.Credentials.Key.KeyId], keys.Published.Select(key => key.Kid));
    }

    [Fact]
    public void A_file_that_is_no_key_prevents_the_start_but_not_running_on()
    {
        using var keys = Open();
        var first = keys.Credentials.Key.KeyId;
        File.WriteAllText(Path.Combine(Folder, "key-0002.pem"), "no key");
        _time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(first, keys.Credentials.Key.KeyId);
        Assert.Contains("key-0002.pem", Assert.Throws<InvalidOperationException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_keys_of_another_curve_and_public_keys()
    {
        Directory.CreateDirectory(Folder);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        File.WriteAllText(Path.Combine(Folder, "a.pem"), other.ExportPkcs8PrivateKeyPem());
        Assert.Throws<InvalidOperationException>(Open);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(Path.Combine(Folder, "a.pem"), key.ExportSubjectPublicKeyInfoPem());
        Assert.Throws<InvalidOperationException>(Open);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private SigningKeys Open() => new(Options.Create(new SigningKeyOptions { Directory = _directory }), _time, NullLogger<SigningKeys>.Instance);

    private void AddKey(string file)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(Path.Combine(Folder, file), key.ExportPkcs8PrivateKeyPem());
    }
}
