using Npgsql;
using QrPlatform.Testing;

namespace QrPlatform.Benchmarks.Measuring;

/// <summary>
/// Servers of this process alone, which nobody else works on and which wait for the disk as a user's do; tests' servers do not wait.
/// </summary>
internal static class OwnServer
{
    private static readonly string[] OfTests = ["QR_TEST_POSTGRES", "QR_TEST_RABBITMQ", "QR_TEST_RABBITMQ_MANAGEMENT", "QR_TEST_REDIS"];

    /// <summary>A fresh database on a durable server; returns its connection string.</summary>
    public static async Task<string> CreateDatabaseAsync()
    {
        foreach (var name in OfTests) Environment.SetEnvironmentVariable(name, null);
        var connectionString = await TestServers.CreateDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(connectionString);
        foreach (var sql in (string[])["alter system set fsync = on", "alter system set full_page_writes = on", "select pg_reload_conf()"])
        {
            await using var command = database.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        // The reload reaches new sessions at once and this one soon.
        await Eventually.TrueAsync(
            async () =>
            {
                await using var show = database.CreateCommand("show fsync");
                return (string?)await show.ExecuteScalarAsync() == "on";
            },
            "the server waits for the disk");
        return connectionString;
    }
}
