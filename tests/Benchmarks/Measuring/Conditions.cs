using Npgsql;

namespace QrPlatform.Benchmarks.Measuring;

/// <summary>What every figure depends on and is printed with.</summary>
internal static class Conditions
{
    private static readonly string[] Settings = ["server_version", "fsync", "synchronous_commit", "full_page_writes", "max_wal_size", "shared_buffers"];

    /// <summary>The machine's load now: another's work on it makes absolute figures worthless and ratios noisy.</summary>
    public static void PrintLoad(string when) =>
        Console.WriteLine($"[{TimeProvider.System.GetUtcNow():HH:mm:ss}] {when}: load {string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3))} on {Environment.ProcessorCount} cores");

    public static async Task PrintServerAsync(NpgsqlDataSource database)
    {
        await using var show = database.CreateCommand("select string_agg(name || ' ' || setting || coalesce(' ' || unit, ''), ', ' order by name) from pg_settings where name = any ($1)");
        show.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = Settings });
        Console.WriteLine($"PostgreSQL: {await show.ExecuteScalarAsync()}");
    }
}
