using System.Collections.Concurrent;
using System.Data;
using Npgsql;

namespace QrPlatform.Projection.Rebuilds;

/// <summary>Compares live and rebuilt rows at one position of the log, over several connections that see the same snapshot.</summary>
internal sealed class RebuildComparison(NpgsqlDataSource database, int connections)
{
    /// <summary>Brings the rebuilt rows up to the live ones and compares every table.</summary>
    /// <param name="holder">An open connection that is in no transaction.</param>
    /// <param name="pageSize">Events that are replayed at once.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<List<(string Tenant, RebuildResult Result)>> RunAsync(NpgsqlConnection holder, int pageSize, CancellationToken cancellationToken)
    {
        var workers = new List<NpgsqlConnection>();
        try
        {
            for (var i = 0; i < connections; i++) workers.Add(await database.OpenConnectionAsync(cancellationToken));

            // The live rows stay where they are for the moment in which the rest is replayed and everybody takes the snapshot of both.
            await using (var held = await holder.BeginTransactionAsync(cancellationToken))
            {
                await holder.RunAsync("select projection.hold_changes()", cancellationToken);
                while (await RebuildPages.ReplayAsync(workers[0], pageSize, cancellationToken) > 0) { }

                // Whoever is erased next must not remain in a session.
                await workers[0].RunAsync("discard temp", cancellationToken);
                await ShareSnapshotAsync(workers, cancellationToken);
            }

            var groups = new ConcurrentQueue<Group>(await GroupsAsync(workers[0], cancellationToken));
            var found = await Task.WhenAll(workers.Select(worker => CompareAllAsync(worker, groups, cancellationToken)));
            foreach (var worker in workers) await worker.RunAsync("commit", cancellationToken);
            return [.. found.SelectMany(results => results)];
        }
        finally
        {
            foreach (var worker in workers) await worker.DisposeAsync();
        }
    }

    /// <summary>The tables, those that one function makes together; what takes longest comes first.</summary>
    public static async Task<IReadOnlyList<Group>> GroupsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var list = new NpgsqlCommand(
            """
            select made_by, array_agg(name order by ordinal) from projection.rebuilt_table
            group by made_by, case when made_by is null then name end
            order by made_by is distinct from 'sum_up_facts', min(ordinal)
            """, connection);
        var groups = new List<Group>();
        await using var reader = await list.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            groups.Add(new Group(await reader.IsDBNullAsync(0, cancellationToken) ? null : reader.GetString(0), reader.GetFieldValue<string[]>(1)));
        return groups;
    }

    /// <summary>Sums up what is to be summed up, and compares a group's tables.</summary>
    public static async Task<List<(string Tenant, RebuildResult Result)>> CompareAsync(NpgsqlConnection connection, Group group, CancellationToken cancellationToken)
    {
        if (group.MadeBy is { } maker) await connection.RunAsync($"select projection.sum_up_rebuilt('{maker}')", cancellationToken);
        var results = new List<(string, RebuildResult)>();
        foreach (var dataset in group.Tables)
        {
            await using var compare = new NpgsqlCommand("select * from projection.compare_rebuilt($1)", connection) { CommandTimeout = 0, Parameters = { new() { Value = dataset } } };
            await using var reader = await compare.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                results.Add((reader.GetString(0), new RebuildResult(dataset, reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3))));
        }

        return results;
    }

    private static async Task<List<(string Tenant, RebuildResult Result)>> CompareAllAsync(
        NpgsqlConnection connection, ConcurrentQueue<Group> groups, CancellationToken cancellationToken)
    {
        var results = new List<(string, RebuildResult)>();
        while (groups.TryDequeue(out var group)) results.AddRange(await CompareAsync(connection, group, cancellationToken));
        return results;
    }

    private static async Task ShareSnapshotAsync(List<NpgsqlConnection> workers, CancellationToken cancellationToken)
    {
        foreach (var worker in workers) await worker.RunAsync("begin isolation level repeatable read", cancellationToken);
        var snapshot = await workers[0].ReadAsync<string>("select pg_export_snapshot()", cancellationToken);
        foreach (var worker in workers.Skip(1)) await worker.RunAsync($"set transaction snapshot '{snapshot}'", cancellationToken);
    }

    /// <summary>Tables that are compared one after the other.</summary>
    /// <param name="MadeBy">The function that sums them up, null where replaying fills them.</param>
    /// <param name="Tables">Their names.</param>
    internal sealed record Group(string? MadeBy, string[] Tables);
}
