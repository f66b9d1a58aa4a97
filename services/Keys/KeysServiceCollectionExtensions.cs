using Microsoft.Extensions.DependencyInjection;

namespace QrPlatform.Keys;

/// <summary>Registers the key directory.</summary>
public static class KeysServiceCollectionExtensions
{
    /// <summary>Adds <see cref="KeyDirectory"/>, configured by the section <c>Keys</c>; a missing directory setting fails the start.</summary>
    public static IServiceCollection AddKeyDirectory(this IServiceCollection services)
    {
        services.AddOptions<KeyOptions>()
            .BindConfiguration("Keys")
            .Validate(options => options.Directory.Length > 0, "Keys:Directory must name the directory of the key files.")
            .ValidateOnStart();
        services.AddSingleton<KeyDirectory>();
        return services;
    }
}
