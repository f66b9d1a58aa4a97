using Npgsql;

namespace QrPlatform.Projection.Rebuilds;

/// <summary>Statements of a rebuild. None has a time limit: a comparison of many millions of rows takes as long as it takes.</summary>
internal static class RebuildPages
{
    /// <summary>How many events the rebuilt rows are behind the live ones.</summary>
    public const string Behind = "select projection.live_position() - sequence from projection_rebuild.position";

    /// <summary>Replays the next page of all streams; returns its events, 0 where the rebuilt rows are as far as the live ones.</summary>
    public static Task<int> ReplayAsync(NpgsqlConnection connection, int size, CancellationToken cancellationToken) =>
        connection.ReadAsync<int>($"select projection.replay_page(projection.live_position(), {size})", cancellationToken);

    /// <summary>Runs a statement.</summary>
    public static async Task RunAsync(this NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs a statement that gives one value.</summary>
    public static async Task<T> ReadAsync<T>(this NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
