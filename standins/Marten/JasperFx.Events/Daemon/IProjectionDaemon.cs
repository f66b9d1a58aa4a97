namespace JasperFx.Events.Daemon;

/// <summary>Runs asynchronous projections.</summary>
public interface IProjectionDaemon : IDisposable
{
    bool IsRunning { get; }

    Task StartAllAsync();

    Task StopAllAsync();

    /// <summary>Empties the projection's tables and its progress, and runs it to the present.</summary>
    Task RebuildProjectionAsync(string projectionName, CancellationToken token);

    /// <inheritdoc cref="RebuildProjectionAsync(string, CancellationToken)"/>
    Task RebuildProjectionAsync(string projectionName, TimeSpan shardTimeout, CancellationToken token);

    /// <summary>The same by the type of the projection, or of what it projects to.</summary>
    Task RebuildProjectionAsync<TView>(CancellationToken token);

    /// <inheritdoc cref="RebuildProjectionAsync{TView}(CancellationToken)"/>
    Task RebuildProjectionAsync<TView>(TimeSpan shardTimeout, CancellationToken token);

    /// <summary>Waits until every projection has all events that are committed now.</summary>
    /// <exception cref="TimeoutException">It took longer than <paramref name="timeout"/>.</exception>
    Task WaitForNonStaleData(TimeSpan timeout);

    long HighWaterMark();
}
