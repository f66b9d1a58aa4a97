using Microsoft.Extensions.Logging;
using Npgsql;

namespace Marten.Daemon;

/// <summary>
/// Runs a projection while this process holds its advisory lock. The lock belongs to a connection: it is free again when this
/// process dies, and this process stops the projection when the connection does. Should both overlap for a moment, the check of
/// the progress row keeps the pages exactly-once.
/// </summary>
internal sealed partial class Leadership(DocumentStore store, ProjectionDaemon daemon, Shard projection, ILogger logger)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    private readonly long _lock = LeadershipLocks.IdOf(store.Options, projection.Name);

    public async Task RunAsync(CancellationToken ct)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(250));
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await using var connection = await store.DataSource.OpenConnectionAsync(ct).ConfigureAwait(false);
                backoff.Reset();
                while (!await TryLockAsync(connection, ct).ConfigureAwait(false))
                {
                    await Task.Delay(store.Options.Projections.LeadershipPollingTime, ct).ConfigureAwait(false);
                }

                await LeadAsync(connection, ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                var pause = backoff.Next();
                Log.Lost(logger, e, projection.Name.Identity, pause.TotalMilliseconds);
                await Task.WhenAny(Task.Delay(pause, ct)).ConfigureAwait(false);
            }
        }
    }

    private async Task LeadAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        Log.Leading(logger, projection.Name.Identity);
        await daemon.StartAsync(projection).ConfigureAwait(false);
        try
        {
            while (true)
            {
                await Task.Delay(Heartbeat, ct).ConfigureAwait(false);
                await using var alive = new NpgsqlCommand("select 1", connection);
                await alive.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            }
        }
        finally
        {
            await daemon.StopAsync(projection).ConfigureAwait(false);

            // A pooled connection would take the lock with it into the pool.
            await UnlockAsync(connection).ConfigureAwait(false);
        }
    }

    private async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _lock });
        return (bool)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }

    private async Task UnlockAsync(NpgsqlConnection connection)
    {
        if (connection.State != System.Data.ConnectionState.Open)
        {
            return;
        }

        await using var command = new NpgsqlCommand("select pg_advisory_unlock($1)", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _lock });
        await command.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private static partial class Log
    {
        [LoggerMessage(60, LogLevel.Information, "This process now runs projection {Shard}")]
        public static partial void Leading(ILogger logger, string shard);

        [LoggerMessage(61, LogLevel.Warning, "This process no longer runs projection {Shard}; applying again in {Pause} ms")]
        public static partial void Lost(ILogger logger, Exception e, string shard, double pause);
    }
}
