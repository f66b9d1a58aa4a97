using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Native;

/// <summary>What resources need of the machine before anything runs: the directory of the data, with the secrets kept there.</summary>
internal sealed class NativeHost(IConfiguration configuration, string appHostDirectory, IEnumerable<IResource> resources)
{
    private DataDirectory? _data;

    public DataDirectory Data => _data ??= DataDirectory.Open(
        configuration[DataDirectory.ConfigurationKey] is { Length: > 0 } configured ? configured : Path.Combine(appHostDirectory, "..", ".qrplatform"),
        configuration.GetValue(DataDirectory.EphemeralConfigurationKey, false),
        resources.OfType<PostgresServerResource>().Any());
}
