using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Notices;

/// <summary>Adds the sending of notices.</summary>
public static class NoticesServiceCollectionExtensions
{
    /// <summary>Sends the notices of a schema, which has a table <c>notice</c> (<see cref="NoticeSender"/>).</summary>
    /// <param name="services">Where to.</param>
    /// <param name="schema">The service's own schema.</param>
    public static IServiceCollection AddNotices(this IServiceCollection services, string schema)
    {
        services.AddHttpClient(NoticeSender.Client, client => client.Timeout = TimeSpan.FromSeconds(5)).AddHttpMessageHandler<ServiceKeyHandler>();
        services.AddSingleton(provider => new NoticeSender(
            schema, provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<IHttpClientFactory>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<NoticeSender>>()));
        services.AddHostedService(provider => provider.GetRequiredService<NoticeSender>());
        return services;
    }
}
