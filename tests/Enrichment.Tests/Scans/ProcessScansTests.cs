using System.Text.Json;
using QrPlatform.Contracts.Scans;
using QrPlatform.Enrichment.Tests.Pipeline;
using QrPlatform.Events;
using QrPlatform.Keys;

namespace QrPlatform.Enrichment.Tests.Scans;

/// <summary>What is stored of events, and what is told of batches.</summary>
[Collection(EnrichmentStackTests.Name)]
public sealed class ProcessScansTests(EnrichmentStack stack)
{
    [Fact]
    public async Task Stores_the_full_event_generalised_with_its_personal_part_sealed()
    {
        var tenant = await stack.AddTenantAsync();
        var source = Examples.Full();

        var processed = await ProcessAsync(tenant, source);

        Assert.Equal(1, processed.Stored);
        var stored = Assert.Single(await Stored.OfAsync(stack.Database, tenant));
        Assert.Equal("scan_recorded", stored.Type);
        Assert.Equal("QrPlatform.Events.ScanRecorded, QrPlatform.Events", stored.DotNetType);
        Assert.StartsWith("s-", stored.StreamId, StringComparison.Ordinal);
        var scan = stored.Data.Deserialize<ScanRecorded>()!;
        Assert.Equal(source.EventId, scan.EventId);
        Assert.Equal(source.Timestamp, scan.OccurredAt);
        Assert.Equal(Batches.ReceivedAt, scan.ReceivedAt);
        Assert.Equal(processed.BatchId, scan.BatchId);
        Assert.Equal(new Place(37.77, -122.42, "San Francisco", "California", "US", "GPS"), scan.Place);
        Assert.Equal(new Money(12.34m, "USD"), scan.ReportingRevenue);
        Assert.Equal(["EMAIL_SIGNUP", "BROCHURE_DOWNLOAD"], scan.Conversions);
        Assert.Equal((78.5m, 145m, 3), (scan.LeadScore, scan.EngagementSeconds, scan.PageViews));
        Assert.Contains("bots@1", scan.Steps!);
        Assert.NotNull(scan.Visitor);
        Assert.NotEqual(scan.Visitor, scan.Personal!.KeyId);
        Assert.False(scan.IsBot);
    }

    [Theory]
    [InlineData(ScanEventType.Scan, "scan_recorded")]
    [InlineData(ScanEventType.Rescan, "rescan_recorded")]
    [InlineData(ScanEventType.LandingView, "landing_viewed")]
    [InlineData(ScanEventType.Engagement, "engagement_recorded")]
    [InlineData(ScanEventType.Conversion, "conversion_recorded")]
    [InlineData(ScanEventType.Lead, "lead_recorded")]
    [InlineData(ScanEventType.Customer, "customer_recorded")]
    [InlineData(ScanEventType.Revenue, "revenue_recorded")]
    [InlineData(ScanEventType.Refund, "refund_recorded")]
    public async Task Every_kind_of_event_has_its_stored_name(ScanEventType type, string name)
    {
        var tenant = await stack.AddTenantAsync();
        await ProcessAsync(tenant, Examples.Scan() with { EventType = type });

        var stored = Assert.Single(await Stored.OfAsync(stack.Database, tenant));
        Assert.Equal(name, stored.Type);
        Assert.Equal(StoredEvents.Names.Single(pair => pair.Value == name).Key, Type.GetType(stored.DotNetType));
    }

    [Fact]
    public async Task A_session_has_one_stream_a_visitor_without_session_another_and_nobody_one_per_event()
    {
        var tenant = await stack.AddTenantAsync();
        await ProcessAsync(tenant, Examples.Full("a1", "v", "s1"), Examples.Full("a2", "v", "s1"), Examples.Full("b1", "v", "s2"));
        await ProcessAsync(
            tenant, Examples.Full("a3", "v", "s1"), Examples.Scan("c1") with { VisitorId = "v" }, Examples.Scan("c2") with { VisitorId = "v" },
            Examples.Scan("d1"), Examples.Scan("d2"), Examples.Scan("e1") with { SessionId = "s3" });

        var events = await Stored.OfAsync(stack.Database, tenant);
        var streams = events.GroupBy(stored => stored.StreamId).ToDictionary(group => group.Key, group => string.Join(' ', group.Select(stored => stored.EventId)));
        Assert.Equal(["a1 a2 a3", "b1", "c1 c2", "d1", "d2", "e1"], streams.Values.Order());
        Assert.Equal(["e", "e", "s", "s", "s", "v"], streams.Keys.Select(key => key.Split('-')[0]).Order());
        Assert.Equal([1, 2, 3], events.Where(stored => stored.EventId[0] == 'a').Select(stored => stored.Version));
        Assert.Single(events.Where(stored => "abc".Contains(stored.EventId[0])).Select(stored => stored.Data.GetProperty("Visitor").GetGuid()).Distinct());
        // A session alone is no visitor, but its id is sealed; an event of nobody carries nothing to seal.
        Assert.DoesNotContain(events.Where(stored => "de".Contains(stored.EventId[0])), stored => stored.Data.TryGetProperty("Visitor", out _));
        Assert.True(events.Single(stored => stored.EventId == "e1").Data.TryGetProperty("Personal", out _));
        Assert.False(events.Single(stored => stored.EventId == "d1").Data.TryGetProperty("Personal", out _));
    }

    [Fact]
    public async Task The_same_ids_are_other_streams_and_pseudonyms_in_another_tenant()
    {
        var (one, other) = (await stack.AddTenantAsync(), await stack.AddTenantAsync());
        await ProcessAsync(one, Examples.Full("same", "v", "s"));
        var processed = await ProcessAsync(other, Examples.Full("same", "v", "s"));

        Assert.Equal(1, processed.Stored);
        var (first, second) = ((await Stored.OfAsync(stack.Database, one))[0], (await Stored.OfAsync(stack.Database, other))[0]);
        Assert.NotEqual(first.StreamId, second.StreamId);
        Assert.NotEqual(first.Data.GetProperty("Visitor").GetGuid(), second.Data.GetProperty("Visitor").GetGuid());
    }

    [Fact]
    public async Task A_bot_is_stored_with_its_mark()
    {
        var tenant = await stack.AddTenantAsync();
        var processed = await ProcessAsync(tenant, Examples.Full() with { DeviceInfo = new DeviceInfo { UserAgent = Examples.Bot } }, Examples.Full());

        Assert.Equal((1, 1), (processed.Bot, processed.Stored));
        Assert.Equal([true, false], (await Stored.OfAsync(stack.Database, tenant)).Select(stored => stored.Data.GetProperty("IsBot").GetBoolean()));
    }

    [Fact]
    public async Task Of_an_unconsented_event_only_code_and_hour_are_stored()
    {
        var tenant = await stack.AddTenantAsync(consentDefault: false);
        var allowed = Examples.Full("allowed") with { Consent = new ConsentStatement { Analytics = true } };
        var processed = await ProcessAsync(
            tenant, Examples.Full("denied"), allowed, Examples.Full("refused") with { EventType = ScanEventType.Lead, Consent = new ConsentStatement { Analytics = false } });
        var again = await ProcessAsync(tenant, Examples.Full("denied"), Examples.Full("refused"));

        Assert.Equal((1, 2, 0), (processed.Stored, processed.ConsentDenied, processed.Duplicate));
        Assert.Equal((0, 0, 2), (again.Stored, again.ConsentDenied, again.Duplicate));
        var counted = (await Stored.OfAsync(stack.Database, tenant)).Where(stored => stored.Type == "unconsented_event_counted").ToArray();
        Assert.Equal(2, counted.Length);
        Assert.Single(counted.Select(stored => stored.StreamId).Distinct());
        Assert.StartsWith("u-", counted[0].StreamId, StringComparison.Ordinal);
        Assert.Equal(["EventId", "Hour", "IsScan", "QrCodeId"], counted[0].Data.EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal(new DateTimeOffset(2025, 11, 4, 12, 0, 0, TimeSpan.Zero), counted[0].Data.GetProperty("Hour").GetDateTimeOffset());
        Assert.Equal([true, false], counted.Select(stored => stored.Data.GetProperty("IsScan").GetBoolean()));
    }

    [Theory]
    [InlineData("USD", "10.125", "10.12")]
    [InlineData("JPY", "100.5", "100")]
    [InlineData("KWD", "1.2345", "1.234")]
    public async Task Money_is_rounded_to_the_tenants_currency_and_refunds_are_negative(string currency, string amount, string rounded)
    {
        var tenant = await stack.AddTenantAsync(currency);
        var value = decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture);
        await ProcessAsync(tenant, Examples.Money(value), Examples.Money(value, currency, ScanEventType.Refund));

        Assert.Equal(
            [rounded, "-" + rounded],
            (await Stored.OfAsync(stack.Database, tenant)).Select(stored => stored.Data.GetProperty("ReportingRevenue").GetProperty("Amount").GetRawText()));
    }

    [Fact]
    public async Task An_event_without_a_rate_is_quarantined_alone_and_once()
    {
        var tenant = await stack.AddTenantAsync();
        var foreign = Examples.Money(1, "EUR");
        var batch = Batches.Of(stack.Keys, tenant, Examples.Full(), foreign, Examples.Full());

        var processed = (await stack.ProcessScans.HandleAsync(Batches.Message(batch), CancellationToken.None)).Batches[0];
        var again = await ProcessAsync(tenant, foreign);

        Assert.Equal((2, 1), (processed.Stored, processed.Quarantined));
        var copy = Assert.Single(processed.Quarantine);
        Assert.Equal((foreign.EventId, "fx_rate_missing"), (copy.EventId, copy.Reason));
        var opened = SealedBox.Open(stack.Keys.Find(KeyPurposes.Transit, copy.TransitKeyId)!, copy.SealedEvent, batch.BatchId.ToByteArray(bigEndian: true));
        Assert.Equal(foreign.EventId, JsonSerializer.Deserialize(opened, ScanEventJson.Default.ScanEvent)!.EventId);
        Assert.Equal((0, 1), (again.Quarantined, again.Duplicate));
    }

    [Fact]
    public async Task A_text_that_PostgreSQL_cannot_keep_harms_no_neighbour()
    {
        var tenant = await stack.AddTenantAsync();
        var processed = await ProcessAsync(
            tenant, Examples.Full(), Examples.Scan("bad\0id"), Examples.Scan() with { ScanLocation = new ScanLocation { City = "San\0Francisco" } });

        Assert.Equal((1, 2), (processed.Stored, processed.Quarantined));
        Assert.All(processed.Quarantine, copy => Assert.Equal("unstorable_text", copy.Reason));
    }

    [Fact]
    public async Task A_batch_that_cannot_be_opened_is_quarantined_whole()
    {
        var tenant = await stack.AddTenantAsync();
        var good = Batches.Of(stack.Keys, tenant, Examples.Full());
        ReceivedBatch[] bad =
        [
            Batches.Of(stack.Keys, tenant, Examples.Full(), Examples.Full()) with { BatchId = Guid.NewGuid() },
            Batches.Of(stack.Keys, tenant, Examples.Full(), Examples.Full()) with { TransitKeyId = "19990101" },
            Batches.Of(stack.Keys, tenant, Examples.Full(), Examples.Full()) with { TransitKeyId = "../etc/passwd" },
            Batches.Of(stack.Keys, tenant, Examples.Full()) with { Accepted = 2, Received = 2 },
        ];

        var processed = (await stack.ProcessScans.HandleAsync(Batches.Message([.. bad, good]), CancellationToken.None)).Batches;

        Assert.Equal([2, 2, 2, 2, 0], processed.Select(batch => batch.Quarantined));
        Assert.Equal(1, processed[4].Stored);
        Assert.All(processed.Take(4), batch => Assert.Equal("unreadable", Assert.Single(batch.Quarantine).Reason));
        var stranger = Batches.Of(stack.Keys, "nobody", Examples.Full());
        Assert.Equal("unknown_tenant", (await stack.ProcessScans.HandleAsync(Batches.Message(stranger), CancellationToken.None)).Batches[0].Quarantine[0].Reason);
    }

    [Fact]
    public async Task The_first_event_with_an_id_counts_and_the_rest_are_duplicates()
    {
        var tenant = await stack.AddTenantAsync();
        var message = Batches.Message(
            Batches.Of(stack.Keys, tenant, Examples.Scan("x") with { QrCodeId = "first" }, Examples.Scan("x") with { QrCodeId = "second" }),
            Batches.Of(stack.Keys, tenant, Examples.Scan("x") with { QrCodeId = "third" }) with { Duplicates = 3, Rejected = 2, Received = 6 });

        var processed = (await stack.ProcessScans.HandleAsync(message, CancellationToken.None)).Batches;

        Assert.Equal([(1, 1), (0, 4)], processed.Select(batch => (batch.Stored, batch.Duplicate)));
        Assert.Equal((6, 2), (processed[1].Received, processed[1].Rejected));
        Assert.Equal("first", Assert.Single(await Stored.OfAsync(stack.Database, tenant)).Data.GetProperty("QrCodeId").GetString());
    }

    [Fact]
    public async Task A_batch_without_events_has_an_outcome_too()
    {
        var tenant = await stack.AddTenantAsync();
        var empty = Batches.Of(stack.Keys, tenant) with { Received = 5, Rejected = 3, Duplicates = 2, TransitKeyId = "", SealedEvents = [] };

        var processed = (await stack.ProcessScans.HandleAsync(Batches.Message(empty), CancellationToken.None)).Batches[0];

        Assert.Equal((5, 3, 2, 0), (processed.Received, processed.Rejected, processed.Duplicate, processed.Stored));
    }

    private async Task<ProcessedBatch> ProcessAsync(string tenant, params ScanEvent[] events) =>
        (await stack.ProcessScans.HandleAsync(Batches.Message(Batches.Of(stack.Keys, tenant, events)), CancellationToken.None)).Batches[0];
}
