using Npgsql;

namespace QrPlatform.Projection.Rebuilds;

/// <summary>
/// Makes the read models anew beside the live ones, compares, and corrects what differs (<c>Sql/migrations/2026-11-22_19_create_rebuilds.sql</c>
/// and <c>…_22_replay_in_shares.sql</c>). Ingestion and the daemon go on meanwhile; the daemon waits for a moment before the comparison, and for a correction.
/// </summary>
/// <param name="database">The platform's database.</param>
/// <param name="pageSize">Events of the log that are replayed in one transaction.</param>
/// <param name="connections">Connections that work at the same time; each keeps a core of the database server busy.</param>
internal sealed class Rebuilder(NpgsqlDataSource database, int pageSize = 5_000, int connections = Rebuilder.UsualConnections)
{
    /// <summary>Two: a rebuild is work beside the live one.</summary>
    public const int UsualConnections = 2;

    // Pages without an end of their own that are replayed while the live rows are held.
    private const long SmallRest = 2_000;

    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(250);

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
            await connection.RunAsync("select projection.begin_rebuild()", cancellationToken);
            var read = await ReplayAsync(connection, report, cancellationToken);
            await report(RebuildStatus.Comparing, read, read);
            var results = await new RebuildComparison(database, connections).RunAsync(connection, pageSize, cancellationToken);
            if (results.Any(found => found.Result.Missing + found.Result.Unexpected > 0))
            {
                await report(RebuildStatus.Correcting, read, read);
                await CorrectAsync(connection, cancellationToken);
            }

            // Months follow from days alone, so they are not compared but summed up again.
            await connection.RunAsync("select projection.forget_months()", cancellationToken);
            return results;
        }
        finally
        {
            await DropAsync();
        }
    }

    private async Task<long> ReplayAsync(NpgsqlConnection connection, Func<RebuildStatus, long, long, Task> report, CancellationToken cancellationToken)
    {
        var end = await connection.ReadAsync<long>("select projection.live_position()", cancellationToken);
        var total = await connection.ReadAsync<long>($"select count(*) from events.mt_events where seq_id <= {end}", cancellationToken);
        await report(RebuildStatus.Replaying, 0, total);
        var read = await ReplaySharesAsync(end, done => report(RebuildStatus.Replaying, done, total), cancellationToken);
        await connection.RunAsync($"select projection.finish_shares({end})", cancellationToken);

        // The live rows move on meanwhile; close enough is what one small page more can read.
        while (await connection.ReadAsync<long>(RebuildPages.Behind, cancellationToken) > SmallRest)
        {
            read += await RebuildPages.ReplayAsync(connection, pageSize, cancellationToken);
            await report(RebuildStatus.Replaying, read, Math.Max(read, total));
        }

        await connection.RunAsync("discard temp", cancellationToken);
        return read;
    }

    private async Task<long> ReplaySharesAsync(long end, Func<long, Task> report, CancellationToken cancellationToken)
    {
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var merging = new SemaphoreSlim(1);
        var shares = Enumerable.Range(0, connections).Select(share => new RebuildShare(share, connections, end, pageSize)).ToArray();
        var running = Array.ConvertAll(shares, share => RunAsync(share));
        var all = Task.WhenAll(running);
        while (await Task.WhenAny(all, Task.Delay(ReportEvery, cancellationToken)) != all && !cancellationToken.IsCancellationRequested)
            await report(shares.Sum(share => share.Read));
        await all;
        return shares.Sum(share => share.Read);

        // One share that fails ends the others.
        async Task RunAsync(RebuildShare share)
        {
            try
            {
                await share.ReplayAsync(database, merging, together.Token);
            }
            catch
            {
                await together.CancelAsync();
                throw;
            }
        }
    }

    // The daemon's pages wait for the lock of begin_change, and follow on the corrected rows.
    private async Task CorrectAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.RunAsync("select projection.begin_change()", cancellationToken);
        var change = await connection.ReadAsync<string>("select current_setting('projection.change')", cancellationToken);
        while (await RebuildPages.ReplayAsync(connection, pageSize, cancellationToken) > 0) { }

        var results = new List<(string Tenant, RebuildResult Result)>();
        foreach (var group in await RebuildComparison.GroupsAsync(connection, cancellationToken))
            results.AddRange(await RebuildComparison.CompareAsync(connection, group, cancellationToken));

        // Replaying numbers no changes; what is written over is a change.
        await using (var number = new NpgsqlCommand("select set_config('projection.change', $1, true)", connection) { Parameters = { new() { Value = change } } })
            await number.ExecuteNonQueryAsync(cancellationToken);

        foreach (var dataset in results.Where(found => found.Result.Missing + found.Result.Unexpected > 0).Select(found => found.Result.Dataset).Distinct())
        {
            await using var correct = new NpgsqlCommand("select projection.correct_from_rebuilt($1)", connection) { CommandTimeout = 0, Parameters = { new() { Value = dataset } } };
            await correct.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    // Also where the rebuild was ended; on a connection of its own, because the other may be the reason.
    private async Task DropAsync()
    {
        await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
        await connection.RunAsync("select projection.end_rebuild()", CancellationToken.None);
    }
}
