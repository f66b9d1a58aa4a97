using Npgsql;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Gateway.Health;

/// <summary>The database, by a connection of its own that is kept: it breaks with the server, however soon the server is back.</summary>
internal sealed class PostgresPart(IConfiguration configuration) : Part("postgres")
{
    private NpgsqlConnection? _connection;

    public override async Task<Reading> LookAsync(CancellationToken cancellationToken)
    {
        if (configuration.GetConnectionString(DatabaseExtensions.DatabaseName) is not { } configured)
            return Reading.Unhealthy($"ConnectionStrings:{DatabaseExtensions.DatabaseName} is not set.");

        try
        {
            _connection ??= await ConnectAsync(configured, cancellationToken);
            await using var command = new NpgsqlCommand("select 1", _connection);
            await command.ExecuteScalarAsync(cancellationToken);
            return Reading.Healthy;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or OperationCanceledException or InvalidOperationException)
        {
            await DisposeAsync();
            return Reading.Unhealthy("The database does not answer.");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        var connection = _connection;
        _connection = null;
        if (connection is not null) await connection.DisposeAsync();
    }

    private static async Task<NpgsqlConnection> ConnectAsync(string configured, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(configured)
        {
            ApplicationName = "gateway health",
            Pooling = false,
            Timeout = 2,
            CommandTimeout = 2,
            CancellationTimeout = 500,
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
