using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using QrPlatform.Contracts.Erasure;
using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.EventStore;
using QrPlatform.Enrichment.Scans;
using QrPlatform.Enrichment.Tests.Pipeline;
using QrPlatform.Enrichment.Tests.Scans;
using QrPlatform.PrivacyCompliance.Erasure;
using QrPlatform.Testing;

namespace QrPlatform.Enrichment.Tests.Erasure;

/// <summary>The event store's part of an erasure, ordered by privacy-compliance over the bus.</summary>
[Collection(EnrichmentStackTests.Name)]
public sealed class EventStoreErasureTests(EnrichmentStack stack)
{
    [Fact]
    public async Task Events_stay_without_what_is_personal_and_the_log_says_so()
    {
        var (tenant, visitor, session) = (await stack.AddTenantAsync(), NewId("visitor"), NewId("session"));
        var others = Examples.Full();
        var events = new[]
        {
            Examples.Full("in-session", visitor, session),
            Examples.Full("anonymous", session: session) with { VisitorId = null },
            Examples.Full("without-session", visitor) with { SessionId = null },
            Examples.Money(1, "EUR") with { EventId = "quarantined", VisitorId = visitor },
            others,
        };
        await ProcessAsync(tenant, events);
        var before = await Stored.OfAsync(stack.Database, tenant);

        await EraseAsync(tenant, visitor);

        var after = await Stored.OfAsync(stack.Database, tenant);
        Assert.Equal(before.Count + 2, after.Count);
        foreach (var (was, now) in before.Zip(after).Take(3))
        {
            Assert.Equal(Without(was.Data, "Personal", "Visitor", "Place"), Without(now.Data, "Personal", "Visitor", "Place"));
            Assert.False(now.Data.TryGetProperty("Personal", out _) || now.Data.TryGetProperty("Visitor", out _) || now.Data.GetProperty("Place").TryGetProperty("Latitude", out _));
            Assert.Equal("San Francisco", now.Data.GetProperty("Place").GetProperty("City").GetString());
        }

        Assert.Equal(before[3].Data.GetRawText(), after[3].Data.GetRawText());
        Assert.NotEqual(before[2].StreamId, after[2].StreamId);
        Assert.Equal((before[2].StreamId[..2], before[2].Version), (after[2].StreamId[..2], after[2].Version));
        Assert.All(after.Skip(4), mark => Assert.Equal(("visitor_erased", 'x'), (mark.Type, mark.StreamId[0])));

        var dump = await DumpAsync();
        var pseudonym = before[0].Data.GetProperty("Visitor").GetGuid();
        foreach (var trace in new[] { visitor, session, pseudonym.ToString("D"), pseudonym.ToString("N") }) Assert.DoesNotContain(trace, dump, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(after[3].Data.GetProperty("Visitor").GetString()!, dump, StringComparison.Ordinal);
        Assert.Equal(0, await ScalarAsync<long>("select count(*) from events.processed_batches where tenant_id = $1 and quarantine is not null", tenant));
        Assert.Equal(1, await ScalarAsync<long>("select sum(quarantined)::bigint from events.processed_batches where tenant_id = $1", tenant));
    }

    [Fact]
    public async Task Sent_again_the_visitors_events_are_suppressed_and_known_ones_are_duplicates()
    {
        var (tenant, visitor, session) = (await stack.AddTenantAsync(), NewId("visitor"), NewId("session"));
        var known = Examples.Full("known", visitor, session);
        await ProcessAsync(tenant, known);

        await EraseAsync(tenant, visitor);
        // At once, out of the cache in which the subject still is.
        var processed = await ProcessAsync(
            tenant, known, Examples.Full("new", visitor, session), Examples.Full("anonymous", session: session) with { VisitorId = null }, Examples.Full("other"));

        Assert.Equal((1, 2, 1), (processed.Duplicate, processed.Suppressed, processed.Stored));
        Assert.Equal(0, await ScalarAsync<long>("select count(*) from privacy.subject_keys where tenant_id = $1 and pseudonym::text in (select data->>'Visitor' from events.mt_events where data->>'EventId' in ('new', 'known'))", tenant));
        Assert.Equal(3, (await Stored.OfAsync(stack.Database, tenant)).Count);
    }

    [Fact]
    public async Task A_batch_that_is_being_appended_is_waited_for_and_masked()
    {
        var (tenant, visitor) = (await stack.AddTenantAsync(), NewId("visitor"));
        var held = new HeldAppender();
        await using var slow = stack.StartEnrichment(services => services.AddSingleton<IScanEventAppender>(held));
        var batch = Batches.Of(stack.Keys, tenant, Examples.Full("on-its-way", visitor));
        var appending = slow.Services.GetRequiredService<ProcessScans>().HandleAsync(Batches.Message(batch), CancellationToken.None);
        await held.Appended.Task;

        var id = await RequestAsync(tenant, visitor);
        // Whoever waits for the lock is seen waiting.
        await Eventually.TrueAsync(
            async () => await ScalarAsync<long>("select count(*) from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock' and not granted and database = (select oid from pg_database where datname = current_database())") > 0,
            "the erasure waits for the append");
        Assert.Null((await stack.Cases.FindAsync(tenant, id, CancellationToken.None))!.Steps.Single(step => step.Step == ErasureStep.Sessions).FinishedAt);
        held.Release.SetResult();

        Assert.Equal(1, (await appending).Batches[0].Stored);
        await WaitAsync(tenant, id);
        Assert.False((await Stored.OfAsync(stack.Database, tenant))[0].Data.TryGetProperty("Visitor", out _));
    }

    [Fact]
    public async Task A_session_that_others_were_in_too_keeps_their_events_as_they_are()
    {
        var (tenant, visitor, session) = (await stack.AddTenantAsync(), NewId("visitor"), NewId("kiosk"));
        await ProcessAsync(
            tenant, Examples.Full("own", visitor, session), Examples.Full("others", session: session), Examples.Full("nobody's", session: session) with { VisitorId = null });
        var before = await Stored.OfAsync(stack.Database, tenant);

        await EraseAsync(tenant, visitor);

        var after = await Stored.OfAsync(stack.Database, tenant);
        Assert.False(after[0].Data.TryGetProperty("Personal", out _));
        Assert.Equal(before.Skip(1).Select(one => one.Data.GetRawText()), after.Skip(1).Take(2).Select(one => one.Data.GetRawText()));
        Assert.Equal(1, (await ProcessAsync(tenant, Examples.Full(session: session))).Stored);
    }

    [Fact]
    public async Task A_thousand_visitors_events_at_once_are_either_masked_or_suppressed()
    {
        var (tenant, visitor) = (await stack.AddTenantAsync(), NewId("visitor"));
        await ProcessAsync(tenant, Examples.Full(visitor: visitor));
        var sending = Task.Run(async () =>
        {
            var outcomes = new List<ProcessedBatch>();
            for (var i = 0; i < 60; i++) outcomes.Add(await ProcessAsync(tenant, [.. Enumerable.Range(0, 17).Select(_ => Examples.Full(visitor: visitor))]));
            return outcomes;
        });

        await EraseAsync(tenant, visitor);

        var sent = await sending;
        Assert.Equal(60 * 17, sent.Sum(batch => batch.Stored + batch.Suppressed));
        var stored = (await Stored.OfAsync(stack.Database, tenant)).Where(one => one.Type != "visitor_erased").ToList();
        Assert.Equal(1 + sent.Sum(batch => batch.Stored), stored.Count);
        Assert.DoesNotContain(stored, one => one.Data.TryGetProperty("Visitor", out _) || one.Data.TryGetProperty("Personal", out _));
    }

    private static string NewId(string kind) => $"{kind}-{Guid.NewGuid():N}";

    private static string Without(JsonElement data, params string[] members) =>
        JsonSerializer.Serialize(data.EnumerateObject().Where(member => !members.Contains(member.Name)).ToDictionary(member => member.Name, member => member.Value));

    private async Task<ProcessedBatch> ProcessAsync(string tenant, params ScanEvent[] events) =>
        (await stack.ProcessScans.HandleAsync(Batches.Message(Batches.Of(stack.Keys, tenant, events)), CancellationToken.None)).Batches[0];

    private async Task EraseAsync(string tenant, string visitor) => await WaitAsync(tenant, await RequestAsync(tenant, visitor));

    private async Task<Guid> RequestAsync(string tenant, string visitor)
    {
        var opened = await stack.Cases.OpenAsync(tenant, "anna", new ErasureRequest(visitor, "asked", null), CancellationToken.None);
        Assert.True(await stack.Cases.GoOnAsync(tenant, opened.Id, "bert", ErasureStatus.Received, CancellationToken.None));
        return opened.Id;
    }

    private Task WaitAsync(string tenant, Guid id) => Eventually.TrueAsync(
        async () => (await stack.Cases.FindAsync(tenant, id, CancellationToken.None))!.Steps.Single(step => step.Step == ErasureStep.EventStore).FinishedAt is not null,
        "the event store is erased");

    private async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var command = stack.Database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private async Task<string> DumpAsync()
    {
        var dump = new StringBuilder();
        foreach (var table in (string[])["events.mt_events", "events.mt_streams", "events.session_streams", "events.event_ids", "events.processed_batches", "events.erasures", "privacy.subject_keys", "privacy.suppressions", "privacy.mt_events"])
        {
            await using var rows = stack.Database.CreateCommand($"select t::text from {table} t");
            await using var reader = await rows.ExecuteReaderAsync();
            while (await reader.ReadAsync()) dump.AppendLine(reader.GetString(0));
        }

        return dump.ToString();
    }

    private sealed class HeldAppender : IScanEventAppender
    {
        private readonly ScanEventAppender _appender = new();

        public TaskCompletionSource Appended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<AppendResult> AppendAsync(
            NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<ScanEventToAppend> events, CancellationToken cancellationToken)
        {
            var result = await _appender.AppendAsync(connection, transaction, events, cancellationToken);
            Appended.TrySetResult();
            await Release.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
            return result;
        }
    }
}
