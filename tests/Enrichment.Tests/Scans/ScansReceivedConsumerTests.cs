using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using QrPlatform.Enrichment.EventStore;
using QrPlatform.Enrichment.Tests.Pipeline;
using QrPlatform.Testing;
using Xunit.Abstractions;

namespace QrPlatform.Enrichment.Tests.Scans;

/// <summary>Over the bus: every batch has one outcome, whatever happens on the way.</summary>
[Collection(EnrichmentStackTests.Name)]
public sealed class ScansReceivedConsumerTests(EnrichmentStack stack, ITestOutputHelper output)
{
    [Fact]
    public async Task Tells_the_door_what_became_of_a_message()
    {
        var tenant = await stack.AddTenantAsync();
        var batch = Batches.Of(stack.Keys, tenant, Examples.Full(), Examples.Full());

        await stack.SendAsync(Batches.Message(batch));

        var processed = await stack.Outcomes.WaitAsync(batch.BatchId);
        Assert.Equal((tenant, "api", Batches.ReceivedAt, 2, 2), (processed.TenantId, processed.Source, processed.ReceivedAt, processed.Received, processed.Stored));
    }

    [Fact]
    public async Task A_message_delivered_again_changes_nothing_and_is_answered_alike()
    {
        var tenant = await stack.AddTenantAsync();
        var batch = Batches.Of(stack.Keys, tenant, Examples.Full(), Examples.Money(1, "EUR"), Examples.Full());
        var other = Batches.Of(stack.Keys, tenant, Examples.Full());

        await stack.SendAsync(Batches.Message(batch));
        var first = await stack.Outcomes.WaitAsync(batch.BatchId);
        await stack.SendAsync(Batches.Message(batch));
        await stack.SendAsync(Batches.Message(other, batch));
        await Eventually.TrueAsync(() => Task.FromResult(stack.Outcomes.Of(batch.BatchId).Count == 3), "three outcomes");

        foreach (var again in stack.Outcomes.Of(batch.BatchId))
        {
            Assert.Equal(first with { Quarantine = [] }, again with { Quarantine = [] });
            Assert.Equal(first.Quarantine[0].SealedEvent, again.Quarantine[0].SealedEvent);
        }

        Assert.Equal(3, (await Stored.OfAsync(stack.Database, tenant)).Count);
        Assert.Equal(1, (await stack.Outcomes.WaitAsync(other.BatchId)).Stored);
    }

    [Fact]
    public async Task After_a_crash_between_commit_and_publish_the_recorded_outcome_is_told()
    {
        var tenant = await stack.AddTenantAsync();
        var batch = Batches.Of(stack.Keys, tenant, Examples.Full(), Examples.Full());
        // All that happens before the crash; nobody is told.
        var recorded = (await stack.ProcessScans.HandleAsync(Batches.Message(batch), CancellationToken.None)).Batches[0];

        await stack.SendAsync(Batches.Message(batch));

        var told = await stack.Outcomes.WaitAsync(batch.BatchId);
        Assert.Equal(recorded with { Quarantine = [] }, told with { Quarantine = [] });
        Assert.Equal(2, told.Stored);
        Assert.Equal(2, (await Stored.OfAsync(stack.Database, tenant)).Count);
    }

    [Fact]
    public async Task A_fault_after_the_append_leaves_nothing_behind_and_the_retry_stores_once()
    {
        var tenant = await stack.AddTenantAsync();
        var failing = new FailsAfterAppending(times: 3);
        await using var enrichment = stack.StartEnrichment(services => services.AddSingleton<IScanEventAppender>(failing));
        var process = enrichment.Services.GetRequiredService<QrPlatform.Enrichment.Scans.ProcessScans>();
        var message = Batches.Message(Batches.Of(stack.Keys, tenant, Examples.Full(), Examples.Full()));

        for (var attempt = 0; attempt < 3; attempt++)
        {
            await Assert.ThrowsAsync<TimeoutException>(() => process.HandleAsync(message, CancellationToken.None));
            Assert.Empty(await Stored.OfAsync(stack.Database, tenant));
        }

        Assert.Equal(2, (await process.HandleAsync(message, CancellationToken.None)).Batches[0].Stored);
        Assert.Equal(2, (await Stored.OfAsync(stack.Database, tenant)).Count);
    }

    [Fact]
    public async Task Of_the_same_message_processed_at_once_one_wins_and_all_tell_the_same()
    {
        var tenant = await stack.AddTenantAsync();
        var shared = Batches.Of(stack.Keys, tenant, [.. Enumerable.Range(0, 50).Select(_ => Examples.Full())]);
        var messages = Enumerable.Range(0, 6).Select(i => Batches.Message(shared, Batches.Of(stack.Keys, tenant, Examples.Full()))).ToArray();

        var processed = await Task.WhenAll(messages.Select(message => Task.Run(() => stack.ProcessScans.HandleAsync(message, CancellationToken.None))));

        Assert.All(processed, outcome => Assert.Equal((50, 0), (outcome.Batches[0].Stored, outcome.Batches[0].Duplicate)));
        Assert.All(processed, outcome => Assert.Equal((1, 0), (outcome.Batches[1].Stored, outcome.Batches[1].Duplicate)));
        Assert.Equal(56, (await Stored.OfAsync(stack.Database, tenant)).Count);
    }

    [Fact]
    public async Task The_same_events_sent_at_once_in_many_requests_are_stored_once()
    {
        var tenant = await stack.AddTenantAsync();
        var events = Enumerable.Range(0, 60).Select(i => Examples.Full($"e{i}", $"v{i % 20}", $"s{i % 30}")).ToArray();
        var random = new Random(7);
        var batches = Enumerable.Range(0, 12).Select(_ => Batches.Of(stack.Keys, tenant, random.GetItems(events, 40).Concat(events).ToArray())).ToArray();

        await Task.WhenAll(batches.Select(batch => stack.SendAsync(Batches.Message(batch))));
        var processed = await Task.WhenAll(batches.Select(batch => stack.Outcomes.WaitAsync(batch.BatchId)));

        Assert.Equal(60, processed.Sum(batch => batch.Stored));
        Assert.Equal(12 * 100 - 60, processed.Sum(batch => batch.Duplicate));
        var stored = await Stored.OfAsync(stack.Database, tenant);
        Assert.Equal(60, stored.Select(one => one.EventId).Distinct().Count());
        Assert.Equal(60, stored.Count);
        Assert.Equal(30, stored.Select(one => one.StreamId).Distinct().Count());
        Assert.Equal(20, stored.Select(one => one.Data.GetProperty("Visitor").GetGuid()).Distinct().Count());
    }

    [Fact]
    public async Task Messages_of_five_hundred_events_of_new_visitors_all_arrive()
    {
        const int Messages = 20, Events = 500;
        var tenant = await stack.AddTenantAsync();
        var batches = Enumerable.Range(0, Messages)
            .Select(_ => Batches.Of(stack.Keys, tenant, [.. Enumerable.Range(0, Events).Select(_ => Examples.Full())])).ToArray();

        var (started, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await Task.WhenAll(batches.Select(batch => stack.SendAsync(Batches.Message(batch))));
        foreach (var batch in batches) Assert.Equal(Events, (await stack.Outcomes.WaitAsync(batch.BatchId)).Stored);

        // CPU of the whole process, privacy-compliance and the door included; the servers' is not.
        var (elapsed, cpu) = (Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - used);
        output.WriteLine($"{Messages * Events / elapsed.TotalSeconds:0} events/s, {cpu.TotalMicroseconds / (Messages * Events):0} us of CPU per event");
    }

    private sealed class FailsAfterAppending(int times) : IScanEventAppender
    {
        private readonly ScanEventAppender _appender = new();
        private int _left = times;

        public async Task<AppendResult> AppendAsync(
            NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<ScanEventToAppend> events, CancellationToken cancellationToken)
        {
            var result = await _appender.AppendAsync(connection, transaction, events, cancellationToken);
            return _left-- > 0 ? throw new TimeoutException("the network is gone") : result;
        }
    }
}
