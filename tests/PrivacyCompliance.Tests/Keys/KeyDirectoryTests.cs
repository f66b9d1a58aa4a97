using Microsoft.Extensions.Options;
using QrPlatform.Keys;

namespace QrPlatform.PrivacyCompliance.Tests.Keys;

public sealed class KeyDirectoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qrplatform-keys-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // A process that sealed with a key that another one then replaced would have sealed for nobody.
    [Fact]
    public async Task Processes_that_make_a_key_at_once_agree_on_one()
    {
        for (var round = 0; round < 200; round++)
        {
            var id = $"key-{round}";
            using var start = new Barrier(4);
            var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    var keys = new KeyDirectory(Options.Create(new KeyOptions { Directory = _folder }));
                    start.SignalAndWait();
                    return Convert.ToHexString(keys.GetOrCreate("transit", id));
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            Assert.Equal(Convert.ToHexString(await File.ReadAllBytesAsync(Path.Combine(_folder, "transit", id + ".key"))), Assert.Single(made.Distinct()));
        }

        Assert.Equal(200, Directory.GetFiles(Path.Combine(_folder, "transit")).Length);
    }
}
