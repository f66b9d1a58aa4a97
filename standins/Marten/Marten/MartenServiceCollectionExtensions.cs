using JasperFx.Events.Daemon;
using JasperFx.Events.Subscriptions;
using Marten.Daemon;
using Marten.Subscriptions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Marten;

/// <summary>Registers the store with a host.</summary>
public static class MartenServiceCollectionExtensions
{
    public static MartenConfigurationExpression AddMarten(this IServiceCollection services, string connectionString) =>
        services.AddMarten(options => options.Connection(connectionString));

    public static MartenConfigurationExpression AddMarten(this IServiceCollection services, Action<StoreOptions> configure) =>
        services.AddMarten(_ =>
        {
            var options = new StoreOptions();
            configure(options);
            return options;
        });

    public static MartenConfigurationExpression AddMarten(this IServiceCollection services,
        Func<IServiceProvider, StoreOptions> optionSource)
    {
        services.AddSingleton(provider =>
        {
            var options = optionSource(provider);
            foreach (var adjust in provider.GetServices<StoreAdjustment>())
            {
                adjust.Apply(provider, options);
            }

            return options;
        });
        services.AddSingleton(provider =>
            new DocumentStore(provider.GetRequiredService<StoreOptions>(), provider.GetService<ILoggerFactory>()));
        services.AddSingleton<IDocumentStore>(provider => provider.GetRequiredService<DocumentStore>());
        services.TryAddScoped(provider => provider.GetRequiredService<IDocumentStore>().QuerySession());
        services.TryAddScoped(provider => provider.GetRequiredService<IDocumentStore>().LightweightSession());
        return new MartenConfigurationExpression(services);
    }

    /// <summary>What else a host wants of its store.</summary>
    public class MartenConfigurationExpression
    {
        internal MartenConfigurationExpression(IServiceCollection services) => Services = services;

        public IServiceCollection Services { get; }

        /// <summary>Sessions that come from the container track nothing. The stand-in has no other kind.</summary>
        public MartenConfigurationExpression UseLightweightSessions() => this;

        /// <summary>Takes the connection from the container's <see cref="NpgsqlDataSource"/>.</summary>
        public MartenConfigurationExpression UseNpgsqlDataSource(object? serviceKey = null)
        {
            Services.AddSingleton(new StoreAdjustment((provider, options) => options.Connection(serviceKey is null
                ? provider.GetRequiredService<NpgsqlDataSource>()
                : provider.GetRequiredKeyedService<NpgsqlDataSource>(serviceKey))));
            return this;
        }

        /// <summary>Creates the store's tables before the host's later services start.</summary>
        public MartenConfigurationExpression ApplyAllDatabaseChangesOnStartup()
        {
            Services.AddHostedService<SchemaAtStart>();
            return this;
        }

        /// <summary>Subscribes something that the container makes: once, or anew for every page.</summary>
        public MartenConfigurationExpression AddSubscriptionWithServices<T>(ServiceLifetime lifetime, Action<ISubscriptionOptions>? configure = null)
            where T : class, ISubscription
        {
            if (lifetime == ServiceLifetime.Singleton)
            {
                Services.AddSingleton<T>();
                Services.AddSingleton(new StoreAdjustment((provider, options) => options.Projections.Subscribe(provider.GetRequiredService<T>(), configure)));
            }
            else
            {
                Services.AddScoped<T>();
                Services.AddSingleton(new StoreAdjustment((provider, options) => options.Projections.Subscribe(new ScopedSubscription<T>(provider), configure)));
            }

            return this;
        }

        public MartenConfigurationExpression AddAsyncDaemon(DaemonMode mode)
        {
            if (mode is DaemonMode.Solo or DaemonMode.HotCold)
            {
                Services.AddSingleton<IHostedService>(provider => new DaemonService(
                    provider.GetRequiredService<DocumentStore>(), mode, provider.GetRequiredService<ILogger<ProjectionDaemon>>()));
            }

            return this;
        }
    }

    private sealed record StoreAdjustment(Action<IServiceProvider, StoreOptions> Apply);

    private sealed class SchemaAtStart(IDocumentStore store) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
