using Npgsql;

namespace QrPlatform.Projection.Rebuilds;

/// <summary>One connection's share of the log: the facts of the streams whose hash falls to it, each stream's in the order of the log.</summary>
/// <param name="share">Which share, from 0.</param>
/// <param name="shares">How many there are.</param>
/// <param name="end">The last position of the log that is replayed.</param>
/// <param name="pageSize">Events that are replayed in one transaction.</param>
internal sealed class RebuildShare(int share, int shares, long end, int pageSize)
{
    // Plans are made for the rebuilt tables' sizes: known anew whenever they have grown this much.
    private const int GrowthBetweenAnalyses = 4;

    private static readonly string Analyze =
        string.Join(';', ((string[])["event_fact", "session"]).Select(table => $"analyze projection_rebuild.{table}"));

    private long _read;

    /// <summary>Events replayed so far; may be read from any thread.</summary>
    public long Read => Interlocked.Read(ref _read);

    /// <summary>Replays the share, and merges the members of dimensions that it states, one share at a time.</summary>
    public async Task ReplayAsync(NpgsqlDataSource database, SemaphoreSlim merging, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // The connection may have been another rebuild's that was ended.
        await connection.RunAsync("discard temp", cancellationToken);
        await connection.RunAsync("select projection.begin_share()", cancellationToken);
        long position = 0, analyzed = 1;
        while (await PageAsync(connection, position, cancellationToken) is { } page)
        {
            position = page.Position;
            if (Interlocked.Add(ref _read, page.Events) < analyzed * GrowthBetweenAnalyses) continue;
            analyzed = Read;
            if (share == 0) await connection.RunAsync(Analyze, cancellationToken);
        }

        await merging.WaitAsync(cancellationToken);
        try
        {
            await connection.RunAsync("select projection.merge_share()", cancellationToken);
            await connection.RunAsync("discard temp", cancellationToken);
        }
        finally
        {
            merging.Release();
        }
    }

    private async Task<(int Events, long Position)?> PageAsync(NpgsqlConnection connection, long behind, CancellationToken cancellationToken)
    {
        await using var replay = new NpgsqlCommand("select replayed, reached from projection.replay_share($1, $2, $3, $4, $5)", connection)
        {
            CommandTimeout = 0,
            Parameters = { new() { Value = share }, new() { Value = shares }, new() { Value = behind }, new() { Value = end }, new() { Value = pageSize } },
        };
        await using var reader = await replay.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetInt32(0) is > 0 and var events ? (events, reader.GetInt64(1)) : null;
    }
}
