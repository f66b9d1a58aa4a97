using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.EventStore;
using QrPlatform.Enrichment.Tests.Pipeline;
using QrPlatform.Enrichment.Tests.Scans;
using QrPlatform.Ingestion.Keys;
using QrPlatform.Ingestion.Receiving;
using QrPlatform.Projection.Freshness;
using QrPlatform.Projection.Scans;
using QrPlatform.Testing;

namespace QrPlatform.Enrichment.Tests.Freshness;

/// <summary>From the door's request to the page that made its events visible, over the bus, through the event store and back into the trace.</summary>
[Collection(EnrichmentStackTests.Name)]
public sealed class AcceptedToVisibleTests(EnrichmentStack stack) : IAsyncLifetime
{
    private readonly Spans _spans = new();
    private readonly MeterListener _meters = new();
    private readonly ConcurrentQueue<double> _ages = new();
    private EnrichmentStack.App<ScanProjection> _projection = null!;

    public Task InitializeAsync()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "qrplatform.projection.freshness") listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<double>((_, seconds, _, _) => _ages.Enqueue(seconds));
        _meters.Start();
        _projection = stack.Start<ScanProjection>();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _projection.DisposeAsync();
        _meters.Dispose();
        _spans.Dispose();
    }

    [Fact]
    public async Task A_request_is_one_trace_from_the_door_to_the_page_that_made_it_visible_and_names_nobody()
    {
        await using var door = stack.Start<ReceiveEvents>();
        var keyring = door.Services.GetRequiredService<IngestKeyring>();
        await Eventually.TrueAsync(() => Task.FromResult(keyring.IsLoaded), "the ingest keys");
        var events = new[] { Examples.Full(), Examples.Full() };
        var request = NewTrace();

        using var client = door.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "qr_ingest_demo");
        client.DefaultRequestHeaders.UserAgent.ParseAdd(Examples.Browser);
        client.DefaultRequestHeaders.Add("traceparent", TraceParent(request));
        using var body = new StringContent(JsonSerializer.Serialize(events.ToList(), ScanEventJson.Default.ListScanEvent), Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/v1/events", body);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);

        var visible = await _spans.VisibleAsync(request.TraceId);
        var received = await Eventually.ValueAsync(
            () => Task.FromResult(_spans.Of(request.TraceId).FirstOrDefault(span => span.Source.Name == "Microsoft.AspNetCore" && span.ParentSpanId == request.SpanId)),
            "the request's span");
        string[] steps = ["publish scans", "process scans", PageTrace.Visible];
        foreach (var step in steps) await _spans.BelowAsync(received.Context, step);
        var trace = _spans.Of(request.TraceId);
        foreach (var step in steps) Assert.Single(trace, span => span.OperationName == step);
        Assert.Contains(trace, span => span.Source.Name == "MassTransit" && span.Kind == ActivityKind.Consumer);

        var page = Assert.Single(_spans.LinkingTo(request.TraceId, PageTrace.Page));
        Assert.Equal(page.SpanId, Assert.Single(visible.Links).Context.SpanId);
        Assert.True(visible.StartTimeUtc >= received.StartTimeUtc && visible.Duration > TimeSpan.Zero && visible.Duration < TimeSpan.FromMinutes(1), $"{visible.Duration}");
        Assert.Equal(2, page.GetTagItem("qrplatform.page.batch_events"));

        foreach (var told in trace.Append(page).Select(Spans.Text))
            foreach (var secret in events.SelectMany(Secrets)) Assert.DoesNotContain(secret, told, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Requests_that_share_a_message_each_lead_to_the_page_also_after_faults_and_redeliveries()
    {
        var tenant = await stack.AddTenantAsync();
        var (one, other) = (NewTrace(), NewTrace());
        var message = Batches.Message(
            Batches.Of(stack.Keys, tenant, Examples.Full(), Examples.Full()) with { TraceParent = TraceParent(one), ReceivedAt = TimeProvider.System.GetUtcNow() },
            Batches.Of(stack.Keys, tenant, Examples.Full()) with { TraceParent = TraceParent(other), ReceivedAt = TimeProvider.System.GetUtcNow() },
            Batches.Of(stack.Keys, tenant, Examples.Full()) with { TraceParent = "no traceparent" });
        await using (var faulty = stack.StartEnrichment(services => services.AddSingleton<IScanEventAppender, FailsAfterAppending>()))
        {
            var process = faulty.Services.GetRequiredService<QrPlatform.Enrichment.Scans.ProcessScans>();
            await Assert.ThrowsAsync<TimeoutException>(() => process.HandleAsync(message, CancellationToken.None));
        }

        // Processed, and then delivered twice more.
        for (var delivery = 0; delivery < 3; delivery++) await stack.SendAsync(message);
        var visible = await _spans.VisibleAsync(one.TraceId);
        var otherVisible = await _spans.VisibleAsync(other.TraceId);
        await Eventually.TrueAsync(() => Task.FromResult(message.Batches.All(batch => stack.Outcomes.Of(batch.BatchId).Count == 3)), "every delivery is answered");

        Assert.Equal(visible.Links.Single().Context.SpanId, otherVisible.Links.Single().Context.SpanId);
        Assert.Single(_spans.LinkingTo(one.TraceId, PageTrace.Page));
        Assert.Single(_spans.Of(one.TraceId), span => span.OperationName == PageTrace.Visible);
        Assert.Single(_spans.Of(other.TraceId), span => span.OperationName == PageTrace.Visible);

        // The third batch says that it was received long ago, as what other tests left does.
        Assert.Equal(3, _ages.Count(seconds => seconds < 60));
    }

    [Fact]
    public async Task A_batch_that_stored_nothing_has_no_place_in_the_log()
    {
        var tenant = await stack.AddTenantAsync();
        var known = Batches.Of(stack.Keys, tenant, Examples.Full("known"));
        var repeated = Batches.Of(stack.Keys, tenant, Examples.Full("known")) with { TraceParent = TraceParent(NewTrace()) };
        await stack.ProcessScans.HandleAsync(Batches.Message(known), CancellationToken.None);
        await stack.ProcessScans.HandleAsync(Batches.Message(repeated, Batches.Of(stack.Keys, tenant, Examples.Full())), CancellationToken.None);

        Assert.NotNull(await PositionAsync(known));
        Assert.Null(await PositionAsync(repeated));
    }

    private async Task<object?> PositionAsync(ReceivedBatch batch)
    {
        await using var command = stack.Database.CreateCommand("select last_seq_id from events.processed_batches where batch_id = $1");
        command.Parameters.Add(new() { Value = batch.BatchId });
        return await command.ExecuteScalarAsync() is long position ? position : null;
    }

    private static ActivityContext NewTrace() => new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

    private static string TraceParent(ActivityContext trace) => $"00-{trace.TraceId}-{trace.SpanId}-01";

    private static IEnumerable<string> Secrets(ScanEvent sent) =>
    [
        sent.VisitorId!, sent.SessionId!, sent.IpAddress!, sent.DeviceInfo!.UserAgent!,
        sent.ScanLocation!.Latitude!.Value.ToString(CultureInfo.InvariantCulture), sent.ScanLocation.Longitude!.Value.ToString(CultureInfo.InvariantCulture),
    ];

    private sealed class FailsAfterAppending : IScanEventAppender
    {
        private readonly ScanEventAppender _appender = new();

        public async Task<AppendResult> AppendAsync(
            NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<ScanEventToAppend> events, CancellationToken cancellationToken)
        {
            await _appender.AppendAsync(connection, transaction, events, cancellationToken);
            throw new TimeoutException("the network is gone");
        }
    }
}
