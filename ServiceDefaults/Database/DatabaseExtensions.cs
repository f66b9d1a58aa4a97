using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace QrPlatform.ServiceDefaults.Database;

/// <summary>Connects a service to the platform's database and keeps its own schema current.</summary>
public static class DatabaseExtensions
{
    /// <summary>The database's resource name, shared with the AppHost.</summary>
    public const string DatabaseName = "qrplatform";

    /// <summary>
    /// Adds an <see cref="NpgsqlDataSource"/> for <c>ConnectionStrings:qrplatform</c> and a health check of it. The pool is small,
    /// because the stack's services share one server.
    /// </summary>
    public static TBuilder AddPlatformDatabase<TBuilder>(this TBuilder builder, int maxPoolSize = 20) where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddSingleton(services =>
        {
            var configured = services.GetRequiredService<IConfiguration>().GetConnectionString(DatabaseName)
                ?? throw new InvalidOperationException($"ConnectionStrings:{DatabaseName} is not set. Start the service through the AppHost, or set ConnectionStrings__{DatabaseName}.");
            var connection = new NpgsqlConnectionStringBuilder(configured)
            {
                MaxPoolSize = maxPoolSize,
                ApplicationName = builder.Environment.ApplicationName,
                Timeout = 5,
                MaxAutoPrepare = 50,
            };
            return new NpgsqlDataSourceBuilder(connection.ConnectionString).Build();
        });
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealthCheck>("postgres", HealthStatus.Unhealthy, ["ready"], TimeSpan.FromSeconds(3));
        return builder;
    }

    /// <summary>
    /// Applies the assembly's embedded <c>Sql/migrations/YYYY-MM-DD_NN_*.sql</c> to <paramref name="schema"/> before the service does
    /// anything else; waits for a database that is not there yet.
    /// </summary>
    public static TBuilder AddMigrations<TBuilder>(this TBuilder builder, string schema, Assembly assembly) where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<MigrationService>(services, schema, assembly));
        return builder;
    }

    private sealed class DatabaseHealthCheck(NpgsqlDataSource database) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var command = database.CreateCommand("select 1");
                await command.ExecuteScalarAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                return new HealthCheckResult(context.Registration.FailureStatus, "The database does not answer.");
            }
        }
    }
}
