using Npgsql;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Projection.Scans;

/// <summary>How the daemon connects.</summary>
internal static class StoreConnection
{
    /// <summary>
    /// A connection that keeps its plans and temporary tables when it goes back to the pool: a page needs both, and would otherwise make them
    /// anew, which costs more than the page. Nothing else of a session outlives its transaction.
    /// </summary>
    public static string Of(IConfiguration configuration) => new NpgsqlConnectionStringBuilder(
        configuration.GetConnectionString(DatabaseExtensions.DatabaseName)
        ?? throw new InvalidOperationException($"ConnectionStrings:{DatabaseExtensions.DatabaseName} is not set. Start the service through the AppHost, or set ConnectionStrings__{DatabaseExtensions.DatabaseName}."))
    {
        NoResetOnClose = true,
    }.ConnectionString;
}
