using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Adds parameters.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>Adds a parameter whose value is configured as Parameters:name.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddParameterFromConfiguration(name, $"Parameters:{name}", secret);

    /// <summary>Adds a parameter with a value in code, which Parameters:name overrides.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddParameter(name, () => value, publishValueAsDefault, secret);

    /// <summary>Adds a parameter with a value in code, which Parameters:name overrides.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter, bool publishValueAsDefault = false,
        bool secret = false) =>
        builder.AddResource(new ParameterResource(name, _ => builder.Configuration[$"Parameters:{name}"] ?? valueGetter(), secret));

    /// <summary>Adds a parameter with a default, which Parameters:name overrides. A generated one is kept beside the data.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false) =>
        builder.AddResource(CreateParameter(builder, name, value, secret, persist));

    /// <summary>Adds a parameter whose value is configured under a key.</summary>
    public static IResourceBuilder<ParameterResource> AddParameterFromConfiguration(
        this IDistributedApplicationBuilder builder, string name, string configurationKey, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, _ => builder.Configuration[configurationKey] ?? throw Missing(name, configurationKey), secret));

    /// <summary>Adds a connection string that is configured as ConnectionStrings:name.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ConnectionStringParameterResource(
            name,
            _ => builder.Configuration.GetConnectionString(name) ?? throw new DistributedApplicationException(
                $"Connection string parameter resource could not be used because connection string '{name}' is missing."),
            environmentVariableName));
    }

    /// <summary>A generated password under Parameters:name, kept beside the data.</summary>
    public static ParameterResource CreateDefaultPasswordParameter(
        IDistributedApplicationBuilder builder, string name, bool lower = true, bool upper = true, bool numeric = true, bool special = true,
        int minLower = 0, int minUpper = 0, int minNumeric = 0, int minSpecial = 0) =>
        // Special characters would have to be escaped differently in each kind of connection string; there is enough entropy without.
        CreateParameter(
            builder, name, new GenerateParameterDefault { Lower = lower, Upper = upper, Numeric = numeric, Special = false }, secret: true, persist: true);

    internal static Exception Missing(string name, string configurationKey) => new DistributedApplicationException(
        $"Parameter resource could not be used because configuration key '{configurationKey}' is missing and the Parameter has no default value. ({name})");

    private static ParameterResource CreateParameter(
        IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret, bool persist) =>
        new(name, @default => builder.Configuration[$"Parameters:{name}"]
            ?? (persist && builder is DistributedApplicationBuilder { Native: var native }
                ? native.Data.Secret(name, @default!.GetDefaultValue)
                : @default!.GetDefaultValue()), secret)
        {
            Default = value,
        };
}
