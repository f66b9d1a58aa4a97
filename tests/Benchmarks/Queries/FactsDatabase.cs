using System.Globalization;
using System.Reflection;
using Npgsql;
using QrPlatform.Benchmarks.Measuring;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Benchmarks.Queries;

/// <summary>
/// A database with a year of facts: on a server of this process, gone with it, or, where <see cref="Kept"/> names a server, left there and found
/// again by the next run.
/// </summary>
internal static class FactsDatabase
{
    private const string Kept = "QR_BENCHMARK_SERVER";

    public static async Task<EventStoreDatabase> OpenAsync(long facts)
    {
        var (connectionString, isFilled) = Environment.GetEnvironmentVariable(Kept) is { } server ? await FindAsync(server, facts) : (await OwnServer.CreateDatabaseAsync(), false);
        var store = await EventStoreDatabase.OpenAsync(connectionString);
        await Migrator.ApplyAsync(store.Database, "projection", Assembly.Load("QrPlatform.Projection"), CancellationToken.None);
        if (!isFilled) await new GeneratedFacts(store.Database).FillAsync(facts);
        await SumUpMonthsAsync(store.Database);
        return store;
    }

    // As the projection service does once they have been quiet for a while.
    private static async Task SumUpMonthsAsync(NpgsqlDataSource database)
    {
        while (true)
        {
            await using var sumUp = database.CreateCommand("select projection.sum_up_month('0')");
            sumUp.CommandTimeout = 600;
            if (await sumUp.ExecuteScalarAsync() is not true) break;
        }

        await using var settle = database.CreateCommand("vacuum analyze projection.rollup_month");
        await settle.ExecuteNonQueryAsync();
    }

    private static async Task<(string ConnectionString, bool IsFilled)> FindAsync(string server, long facts)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"qr_benchmark_{facts}");
        var own = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        await using var maintenance = NpgsqlDataSource.Create(server);
        await using var find = maintenance.CreateCommand($"select exists (select from pg_database where datname = '{name}')");
        if (await find.ExecuteScalarAsync() is true)
        {
            await using var found = NpgsqlDataSource.Create(own);
            await using var count = found.CreateCommand("select exists (select from projection.rollup_day)");
            if (await count.ExecuteScalarAsync() is true) return (own, true);
            throw new InvalidOperationException($"The database {name} of an earlier run is not filled; drop it.");
        }

        await using var create = maintenance.CreateCommand($"create database {name}");
        await create.ExecuteNonQueryAsync();
        return (own, false);
    }
}
