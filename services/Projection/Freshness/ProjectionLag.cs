using System.Diagnostics.Metrics;
using Npgsql;
using NpgsqlTypes;
using QrPlatform.Projection.Scans;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Projection.Freshness;

/// <summary>How far a projection is behind the log.</summary>
/// <param name="Projection">The shard's identity, such as <c>Scans:All</c>.</param>
/// <param name="Events">Numbers of the log that it has not passed.</param>
/// <param name="Seconds">Age of the oldest event that it has not seen; 0 when there is none.</param>
internal sealed record Lag(string Projection, long Events, double Seconds);

/// <summary>
/// The lag of every projection, read from the daemon's progress and the log when somebody asks, at most once a second: whether the daemon works,
/// fails or is stopped makes no difference to what is read, so a projection that stands still shows a lag that grows.
/// </summary>
internal sealed partial class ProjectionLag(NpgsqlDataSource database, TimeProvider clock, ILogger<ProjectionLag> logger) : IHostedService, IDisposable
{
    private const int PatienceSeconds = 2;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);
    private static readonly string[] Expected = [ScanProjection.Name + ":All"];
    private static readonly string ReadSql = EmbeddedSql.Read<ProjectionLag>("ReadLag.sql");

    private readonly Meter _meter = new(ProjectionTelemetry.Name);
    private readonly Lock _lock = new();
    private IReadOnlyList<Lag> _last = [];
    private long? _readAt;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _meter.CreateObservableGauge(
            "qrplatform.projection.lag", () => Measure(lag => lag.Events), "{event}", "Events of the log that the projection has not passed.");
        _meter.CreateObservableGauge(
            "qrplatform.projection.lag.time", () => Measure(lag => lag.Seconds), "s", "Age of the oldest event that the projection has not seen.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _meter.Dispose();

    /// <summary>The lags; none where the database does not answer: then nothing is known.</summary>
    /// <remarks>Synchronous, as instruments are.</remarks>
    public IReadOnlyList<Lag> Read()
    {
        lock (_lock)
        {
            if (_readAt is { } readAt && clock.GetElapsedTime(readAt) < Lifetime) return _last;
            try
            {
                _last = Ask();
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException)
            {
                Log.NotRead(logger, exception.Message);
                _last = [];
            }

            _readAt = clock.GetTimestamp();
            return _last;
        }
    }

    private IEnumerable<Measurement<T>> Measure<T>(Func<Lag, T> figure) where T : struct =>
        Read().Select(lag => new Measurement<T>(figure(lag), new KeyValuePair<string, object?>(ProjectionTelemetry.ProjectionTag, lag.Projection)));

    private List<Lag> Ask()
    {
        var lags = new List<Lag>();
        using var command = database.CreateCommand(ReadSql);
        command.CommandTimeout = PatienceSeconds;
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = Expected, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        using var reader = command.ExecuteReader();
        while (reader.Read()) lags.Add(new Lag(reader.GetString(0), reader.GetInt64(1), reader.GetDouble(2)));
        return lags;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "How far the projections are behind is not known: {Reason}")]
        public static partial void NotRead(ILogger logger, string reason);
    }
}
