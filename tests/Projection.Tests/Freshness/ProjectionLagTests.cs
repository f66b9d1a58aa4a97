using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using QrPlatform.Events;
using QrPlatform.Projection.Freshness;
using QrPlatform.Projection.Tests.Scans;
using QrPlatform.Testing;

namespace QrPlatform.Projection.Tests.Freshness;

public sealed class ProjectionLagTests : IAsyncLifetime
{
    private readonly ManualClock _clock = new();
    private Log _log = null!;
    private ProjectionLag _lag = null!;

    public async Task InitializeAsync()
    {
        _log = await Log.CreateAsync();
        _lag = new ProjectionLag(_log.Database, _clock, NullLogger<ProjectionLag>.Instance);
        await _lag.StartAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        _lag.Dispose();
        await _log.DisposeAsync();
    }

    [Fact]
    public async Task A_projection_that_stands_still_shows_a_lag_that_grows()
    {
        Assert.Equal([("Scans:All", 0L, 0d)], Read()); // an empty log, and no page yet

        await AppendAsync(3, secondsAgo: 100);
        var (_, events, seconds) = Assert.Single(Read());
        Assert.Equal(3, events);
        Assert.InRange(seconds, 100, 130);

        await AppendAsync(2, secondsAgo: 1);
        await Eventually.TrueAsync(() => Task.FromResult(Read().Single() is { Events: 5 } later && later.Seconds > seconds), "the lag has grown");
        Assert.Equal(HealthStatus.Degraded, (await HealthAsync()).Status);

        await ProgressAsync("Scans:All", 3);
        (_, events, seconds) = Assert.Single(Read());
        Assert.Equal(2, events);
        Assert.InRange(seconds, 1, 30);

        await ProgressAsync("Scans:All", 5);
        Assert.Equal([("Scans:All", 0L, 0d)], Read());
        var health = await HealthAsync();
        Assert.Equal((HealthStatus.Healthy, "Scans:All is 0 events and 0.0 s behind"), (health.Status, health.Description));
    }

    [Fact]
    public async Task The_daemons_bookkeeping_is_no_projection()
    {
        await AppendAsync(4, secondsAgo: 10);
        foreach (var reserved in (string[])["HighWaterMark", "HighWaterAllocationFence", "HighWaterStuckGap", "HighWaterMark:demo"]) await ProgressAsync(reserved, 1);
        await ProgressAsync("Other:V2:All", 2);

        Assert.Equal([("Other:V2:All", 2L), ("Scans:All", 4L)], Read().Select(lag => (lag.Projection, lag.Events)));
    }

    [Fact]
    public async Task Is_asked_once_for_all_instruments_and_says_nothing_while_the_database_is_away()
    {
        await AppendAsync(4, secondsAgo: 10);
        var told = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == ProjectionTelemetry.Name && instrument.IsObservable) listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => told[$"{instrument.Name} {tags[0].Value} {instrument.Unit}"] = value);
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => told[$"{instrument.Name} {tags[0].Value} {instrument.Unit}"] = value);
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Equal(4, told["qrplatform.projection.lag Scans:All {event}"]);
        Assert.InRange(told["qrplatform.projection.lag.time Scans:All s"], 10, 60);

        // Within the second: what was read is told again.
        await AppendAsync(1, secondsAgo: 0);
        listener.RecordObservableInstruments();
        Assert.Equal(4, told["qrplatform.projection.lag Scans:All {event}"]);

        told.Clear();
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=1");
        using var lost = new ProjectionLag(nowhere, _clock, NullLogger<ProjectionLag>.Instance);
        Assert.Empty(lost.Read());
        Assert.Equal(HealthStatus.Degraded, (await new LagHealthCheck(lost).CheckHealthAsync(new HealthCheckContext())).Status);
    }

    /// <summary>A second later than the last reading.</summary>
    private List<(string Projection, long Events, double Seconds)> Read()
    {
        _clock.Now += TimeSpan.FromSeconds(1);
        return [.. _lag.Read().Select(lag => (lag.Projection, lag.Events, lag.Seconds))];
    }

    private Task<HealthCheckResult> HealthAsync()
    {
        _clock.Now += TimeSpan.FromSeconds(1);
        return new LagHealthCheck(_lag).CheckHealthAsync(new HealthCheckContext());
    }

    private async Task AppendAsync(int events, int secondsAgo)
    {
        var sequences = await _log.AppendAsync([.. Enumerable.Range(0, events).Select(i => ($"s-{Guid.NewGuid():N}", (object)Make.Event<ScanRecorded>($"e{i}", TimeSpan.Zero)))]);
        await _log.ExecuteAsync($"update events.mt_events set timestamp = now() - interval '{secondsAgo} seconds' where seq_id between {sequences[0]} and {sequences[^1]}");
    }

    private Task ProgressAsync(string name, long position) => _log.ExecuteAsync(
        $"insert into events.mt_event_progression (name, last_seq_id) values ('{name}', {position}) on conflict (name) do update set last_seq_id = excluded.last_seq_id");

    private sealed class ManualClock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long GetTimestamp() => Now.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}
