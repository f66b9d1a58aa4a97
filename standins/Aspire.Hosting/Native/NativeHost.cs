using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Native;

/// <summary>What resources need of the machine before anything runs: the directory of the data, with the secrets kept there.</summary>
internal sealed class NativeHost(
    IConfiguration configuration, string appHostDirectory, string buildConfiguration, IEnumerable<IResource> resources)
{
    private DataDirectory? _data;

    /// <summary>Debug or Release, as the AppHost itself; projects are run as built for the same.</summary>
    public string BuildConfiguration { get; } = buildConfiguration;

    /// <summary>The directory, whose path from now on is the configured one too, so that the model can name files in it.</summary>
    public DataDirectory Data
    {
        get
        {
            if (_data is null)
            {
                var configured = configuration[DataDirectory.ConfigurationKey];
                _data = DataDirectory.Open(
                    configured is { Length: > 0 } ? configured : Path.Combine(appHostDirectory, "..", ".qrplatform"),
                    configuration.GetValue(DataDirectory.EphemeralConfigurationKey, false), resources.OfType<PostgresServerResource>().Any());
                configuration[DataDirectory.ConfigurationKey] = _data.Path;
            }

            return _data;
        }
    }
}
