using JasperFx.Events.Daemon;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Marten.Daemon;

/// <summary>Runs projections in this process: one loop that finds the high water mark, and one for each projection.</summary>
internal sealed class ProjectionDaemon(DocumentStore store, ILogger logger) : IProjectionDaemon
{
    private static readonly TimeSpan RebuildTimeout = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _startAndStop = new(1, 1);
    private readonly Dictionary<string, ShardAgent> _agents = [];
    private readonly HighWaterAgent _highWater = new(store, logger);

    public bool IsRunning => _agents.Count > 0;

    public long HighWaterMark() => _highWater.Mark.Value;

    public async Task StartAllAsync()
    {
        foreach (var projection in store.Options.Projections.Async)
        {
            await StartAsync(projection).ConfigureAwait(false);
        }
    }

    public async Task StopAllAsync()
    {
        foreach (var projection in store.Options.Projections.Async)
        {
            await StopAsync(projection).ConfigureAwait(false);
        }
    }

    public async Task StartAsync(Shard projection)
    {
        await _startAndStop.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_agents.ContainsKey(projection.Name.Identity))
            {
                return;
            }

            _highWater.Start();
            var agent = new ShardAgent(store, projection, _highWater.Mark, logger);
            _agents.Add(projection.Name.Identity, agent);
            agent.Start();
        }
        finally
        {
            _startAndStop.Release();
        }
    }

    /// <returns>Whether it was running.</returns>
    public async Task<bool> StopAsync(Shard projection)
    {
        await _startAndStop.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!_agents.Remove(projection.Name.Identity, out var agent))
            {
                return false;
            }

            await agent.StopAsync().ConfigureAwait(false);
            if (_agents.Count == 0)
            {
                await _highWater.StopAsync().ConfigureAwait(false);
            }

            return true;
        }
        finally
        {
            _startAndStop.Release();
        }
    }

    public Task RebuildProjectionAsync(string projectionName, CancellationToken token) =>
        RebuildProjectionAsync(projectionName, RebuildTimeout, token);

    public Task RebuildProjectionAsync<TView>(CancellationToken token) => RebuildProjectionAsync<TView>(RebuildTimeout, token);

    public Task RebuildProjectionAsync<TView>(TimeSpan shardTimeout, CancellationToken token)
    {
        var projections = store.Options.Projections;
        var projection = projections.Async.Concat(projections.Inline).FirstOrDefault(p => p.Handler.Implementation is TView || p.Handler.DocumentType == typeof(TView))
            ?? throw new ArgumentOutOfRangeException(nameof(TView), $"No projection is a {typeof(TView)}, or projects to it.");
        return RebuildAsync(projection, shardTimeout, token);
    }

    public Task RebuildProjectionAsync(string projectionName, TimeSpan shardTimeout, CancellationToken token) =>
        store.Options.Projections.TryFind(projectionName, out var projection)
            ? RebuildAsync(projection, shardTimeout, token)
            : throw new ArgumentOutOfRangeException(nameof(projectionName),
                $"No projection is named '{projectionName}'. There are: {string.Join(", ", store.Options.Projections.Async.Concat(store.Options.Projections.Inline).Select(p => p.Name.Name))}");

    public async Task WaitForNonStaleData(TimeSpan timeout)
    {
        await store.Schema.EnsureAsync(CancellationToken.None).ConfigureAwait(false);
        using var deadline = new CancellationTokenSource(timeout);
        try
        {
            var target = await CommittedAsync(deadline.Token).ConfigureAwait(false);
            while (await SlowestAsync(deadline.Token).ConfigureAwait(false) < target)
            {
                await Task.Delay(25, deadline.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (deadline.IsCancellationRequested && e is OperationCanceledException or NpgsqlException)
        {
            throw new TimeoutException($"The projections did not reach the committed events within {timeout}.", e);
        }
    }

    public void Dispose()
    {
        foreach (var agent in _agents.Values)
        {
            agent.Cancel();
        }

        _highWater.Cancel();
    }

    private async Task RebuildAsync(Shard projection, TimeSpan timeout, CancellationToken token)
    {
        if (!projection.Handler.CanBeRebuilt)
        {
            throw NotInTheSubset.Member($"running the subscription {projection.Name.Name} again from the start");
        }

        await store.Schema.EnsureAsync(token).ConfigureAwait(false);
        var wasRunning = await StopAsync(projection).ConfigureAwait(false);
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(token);
            deadline.CancelAfter(timeout);
            await new Rebuild(store, projection, _highWater, logger).RunAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!token.IsCancellationRequested)
        {
            throw new TimeoutException($"The rebuild of {projection.Name.Name} did not finish within {timeout}.", e);
        }
        finally
        {
            if (wasRunning)
            {
                await StartAsync(projection).ConfigureAwait(false);
            }
        }
    }

    private async Task<long> CommittedAsync(CancellationToken ct)
    {
        await using var command = store.DataSource.CreateCommand($"select coalesce(max(seq_id), 0) from {store.Schema.Events}");
        return (long)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }

    private async Task<long> SlowestAsync(CancellationToken ct)
    {
        var names = store.Options.Projections.Async.Select(p => p.Name.Identity).ToArray();
        await using var command = store.DataSource.CreateCommand(
            $"select coalesce(min(coalesce(p.last_seq_id, 0)), {long.MaxValue}) from unnest($1) as n (name) left join {store.Schema.Progression} p using (name)");
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = names });
        return (long)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }
}
