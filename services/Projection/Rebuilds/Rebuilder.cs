using System.Data;
using Npgsql;

namespace QrPlatform.Projection.Rebuilds;

/// <summary>
/// Makes the read models anew beside the live ones, compares, and corrects what differs (<c>Sql/migrations/2026-11-22_19_create_rebuilds.sql</c>).
/// Ingestion and the daemon go on meanwhile; only a correction makes the daemon wait.
/// </summary>
/// <param name="database">The platform's database.</param>
/// <param name="pageSize">Events of the log that are replayed in one transaction.</param>
internal sealed class Rebuilder(NpgsqlDataSource database, int pageSize = 5_000)
{
    // Plans are made for the rebuilt tables' sizes: known anew whenever they have grown this much.
    private const int GrowthBetweenAnalyses = 4;

    // Pages without an end of their own that are replayed in the transaction of the comparison.
    private const long SmallRest = 2_000;

    private static readonly string Analyze =
        string.Join(';', ((string[])["event_fact", "session", "visitor", "campaign", "geography", "device", "qr_code"]).Select(table => $"analyze projection_rebuild.{table}"));

    /// <summary>Rebuilds everything.</summary>
    /// <param name="report">Told how far it is: the status, events read, and events to read.</param>
    /// <param name="cancellationToken">Ends the rebuild; the live rows are then as they were.</param>
    /// <returns>How the live rows differed before they were corrected, per tenant and table.</returns>
    public async Task<IReadOnlyList<(string Tenant, RebuildResult Result)>> RunAsync(
        Func<RebuildStatus, long, long, Task> report, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await ExecuteAsync(connection, "select projection.begin_rebuild()", cancellationToken);
            var read = await ReplayAsync(connection, report, cancellationToken);
            await report(RebuildStatus.Comparing, read, read);
            var results = await CompareAsync(connection, cancellationToken);
            if (results.Any(found => found.Result.Missing + found.Result.Unexpected > 0))
            {
                await report(RebuildStatus.Correcting, read, read);
                await CorrectAsync(connection, cancellationToken);
            }

            return results;
        }
        finally
        {
            await DropAsync();
        }
    }

    private async Task<long> ReplayAsync(NpgsqlConnection connection, Func<RebuildStatus, long, long, Task> report, CancellationToken cancellationToken)
    {
        var total = await ScalarAsync<long>(connection, "select count(*) from events.mt_events where seq_id <= projection.live_position()", cancellationToken);
        long read = 0, analyzed = 1;
        await report(RebuildStatus.Replaying, read, total);
        while (true)
        {
            var done = await ReplayPageAsync(connection, pageSize, cancellationToken);
            read += done;
            await report(RebuildStatus.Replaying, read, Math.Max(read, total));
            if (read >= analyzed * GrowthBetweenAnalyses)
            {
                await ExecuteAsync(connection, Analyze, cancellationToken);
                analyzed = read;
            }

            // The live rows move on meanwhile; close enough is what one small page more can read.
            if (done == 0 || await BehindAsync(connection, cancellationToken) <= SmallRest) return read;
        }
    }

    private static Task<long> BehindAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        ScalarAsync<long>(connection, "select projection.live_position() - sequence from projection_rebuild.position", cancellationToken);

    private static async Task<int> ReplayPageAsync(NpgsqlConnection connection, int size, CancellationToken cancellationToken) =>
        await ScalarAsync<int>(connection, $"select projection.replay_page(projection.live_position(), {size})", cancellationToken);

    // In one snapshot: the live rows of a position, and the rebuilt rows brought to the same one.
    private async Task<List<(string Tenant, RebuildResult Result)>> CompareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var results = await BringUpAndCompareAsync(connection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return results;
    }

    private async Task<List<(string Tenant, RebuildResult Result)>> BringUpAndCompareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        while (await ReplayPageAsync(connection, pageSize, cancellationToken) > 0) { }

        await ExecuteAsync(connection, "select projection.sum_up_rebuilt()", cancellationToken);
        var results = new List<(string, RebuildResult)>();
        foreach (var dataset in await TablesAsync(connection, cancellationToken))
        {
            await using var compare = Command(connection, "select * from projection.compare_rebuilt($1)");
            compare.Parameters.Add(new() { Value = dataset });
            await using var reader = await compare.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                results.Add((reader.GetString(0), new RebuildResult(dataset, reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3))));
        }

        return results;
    }

    // The daemon's pages wait for the lock of begin_change, and follow on the corrected rows.
    private async Task CorrectAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, "select projection.begin_change()", cancellationToken);
        var change = await ScalarAsync<string>(connection, "select current_setting('projection.change')", cancellationToken);
        var results = await BringUpAndCompareAsync(connection, cancellationToken);

        // Replaying numbers no changes; what is written over is a change.
        await using (var number = Command(connection, "select set_config('projection.change', $1, true)"))
        {
            number.Parameters.Add(new() { Value = change });
            await number.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var dataset in results.Where(found => found.Result.Missing + found.Result.Unexpected > 0).Select(found => found.Result.Dataset).Distinct())
        {
            await using var correct = Command(connection, "select projection.correct_from_rebuilt($1)");
            correct.Parameters.Add(new() { Value = dataset });
            await correct.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<List<string>> TablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var tables = new List<string>();
        await using var list = Command(connection, "select name from projection.rebuilt_table order by ordinal");
        await using var reader = await list.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) tables.Add(reader.GetString(0));
        return tables;
    }

    // Also where the rebuild was ended; on a connection of its own, because the other may be the reason.
    private async Task DropAsync()
    {
        await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
        await ExecuteAsync(connection, "select projection.end_rebuild()", CancellationToken.None);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, sql);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    // A comparison of many millions of rows takes as long as it takes.
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection) { CommandTimeout = 0 };
}
