using System.Net;
using System.Text.Json;
using Npgsql;
using QrPlatform.Contracts.Scans;
using QrPlatform.Ingestion.Receiving;
using QrPlatform.Keys;
using QrPlatform.ServiceDefaults.Security;
using QrPlatform.Testing;

namespace QrPlatform.Ingestion.Tests;

public sealed class LedgerTests : IAsyncLifetime
{
    private IngestionHost _host = null!;
    private EnrichmentDouble _enrichment = null!;

    public async Task InitializeAsync()
    {
        _host = await IngestionHost.StartAsync();
        _enrichment = await EnrichmentDouble.StartAsync(_host.Broker);
    }

    public async Task DisposeAsync()
    {
        await _enrichment.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Balances_as_soon_as_every_outcome_is_known_however_often_it_is_told()
    {
        await SendAsync("qr_ingest_demo", $"[{Samples.Event("a")},{Samples.Event("b")},{Samples.Event("b")},{{}}]", HttpStatusCode.Accepted);
        await SendAsync("qr_ingest_demo", "[{},7]", HttpStatusCode.UnprocessableEntity);
        await SendAsync("qr_ingest_demo", "[", HttpStatusCode.BadRequest);
        await SendAsync("qr_ingest_acme", Samples.Event(), HttpStatusCode.Accepted);
        await LedgerIsAsync("demo", new { received = 6, stored = 0, duplicate = 1, rejected = 3, difference = 2 });
        await LedgerIsAsync("acme", new { received = 1, stored = 0, duplicate = 0, rejected = 0, difference = 1 });

        await Eventually.TrueAsync(() => Task.FromResult(_enrichment.Batches.Count == 3), "all batches");
        var outcomes = _enrichment.Batches.Select(EnrichmentDouble.AllStored).ToArray();
        await _enrichment.AnswerAsync(outcomes);
        await _enrichment.AnswerAsync([outcomes[0], outcomes[0]]);

        await LedgerIsAsync("demo", new { received = 6, stored = 2, duplicate = 1, rejected = 3, difference = 0 });
        await LedgerIsAsync("acme", new { received = 1, stored = 1, duplicate = 0, rejected = 0, difference = 0 });
    }

    [Fact]
    public async Task Counts_a_batch_whose_outcome_comes_before_the_doors_receipt()
    {
        var batch = Batch();
        var outcome = EnrichmentDouble.AllStored(batch) with { Stored = 3, Duplicate = 2, Bot = 2, ConsentDenied = 1, Suppressed = 1, Quarantined = 0 };

        await _enrichment.AnswerAsync(outcome);
        await LedgerIsAsync("demo", new { received = 10, stored = 3, duplicate = 2, bot = 2, consentDenied = 1, suppressed = 1, rejected = 1, difference = 0 });

        ((Ledger.ReceiptWriter)_host.Services.GetService(typeof(Ledger.ReceiptWriter))!).Note(batch);
        await _enrichment.AnswerAsync(outcome with { Stored = 9 }, EnrichmentDouble.AllStored(Batch() with { Received = 1, Accepted = 1, Duplicates = 0, Rejected = 0 }));
        await LedgerIsAsync("demo", new { received = 11, stored = 4, duplicate = 2, bot = 2, consentDenied = 1, suppressed = 1, rejected = 1, difference = 0 });
    }

    [Fact]
    public async Task Sums_by_hour_of_receipt_from_inclusive_to_exclusive()
    {
        DateTimeOffset[] instants = ["2025-03-09T09:59:59.9Z".At(), "2025-03-09T10:00:00Z".At(), "2025-03-09T10:59:59Z".At(), "2025-03-09T11:00:00Z".At()];
        await _enrichment.AnswerAsync([.. instants.Select(instant => EnrichmentDouble.AllStored(Batch() with { ReceivedAt = instant }))]);
        await LedgerIsAsync("demo", new { received = 40 }, "?from=2025-03-09T00:00:00Z&to=2025-03-10T00:00:00Z");

        using var user = _host.User();
        var ledger = JsonDocument.Parse(await user.GetStringAsync("/v1/ledger?from=2025-03-09T02:00:00-08:00&to=2025-03-09T12:00:00%2B01:00")).RootElement;

        var hour = Assert.Single(ledger.GetProperty("hours").EnumerateArray());
        Assert.Equal("2025-03-09T10:00:00+00:00", hour.GetProperty("hour").GetString());
        Assert.Equal(20, hour.GetProperty("received").GetInt64());
        Assert.Equal(20, ledger.GetProperty("total").GetProperty("received").GetInt64());
    }

    [Theory]
    [InlineData("?from=yesterday")]
    [InlineData("?to=2025-13-01T00:00:00Z")]
    [InlineData("?from=2025-03-09T00:00:00Z&to=2025-03-08T00:00:00Z")]
    public async Task Refuses_a_range_that_is_none(string range)
    {
        using var user = _host.User();

        using var answer = await user.GetAsync("/v1/ledger" + range);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("/v1/ledger")]
    [InlineData("/v1/quarantine")]
    public async Task Shows_operations_to_operators_and_administrators_only(string path)
    {
        foreach (var (role, expected) in new[]
        {
            (Roles.Operator, HttpStatusCode.OK), (Roles.Administrator, HttpStatusCode.OK), (Roles.Analyst, HttpStatusCode.Forbidden),
            (Roles.Executive, HttpStatusCode.Forbidden), (Roles.ComplianceOfficer, HttpStatusCode.Forbidden),
        })
        {
            using var user = _host.User(role: role);
            using var answer = await user.GetAsync(path);
            Assert.Equal(expected, answer.StatusCode);
        }

        using var sender = _host.Sender();
        using var refused = await sender.GetAsync(path);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task Keeps_sealed_copies_of_rejected_and_quarantined_events_for_their_tenant()
    {
        const string refused = """{"eventId":"r1","visitorId":"vis_secret","timestamp":"2025-11-25T14:30:15"}""";
        await SendAsync("qr_ingest_demo", $"[{Samples.Event("ok")},{refused}]", HttpStatusCode.Accepted);
        await Eventually.TrueAsync(() => Task.FromResult(_enrichment.Batches.Count == 1), "the batch");
        var batch = _enrichment.Batches.Single();
        await _enrichment.AnswerAsync(EnrichmentDouble.AllStored(batch) with
        {
            Stored = 0,
            Quarantined = 1,
            Quarantine = [new QuarantinedEvent { EventId = "ok", Reason = "fx_rate_missing", TransitKeyId = batch.TransitKeyId, SealedEvent = batch.SealedEvents }],
        });

        using var user = _host.User();
        var data = await Eventually.ValueAsync(
            async () => JsonDocument.Parse(await user.GetStringAsync("/v1/quarantine?limit=10")).RootElement.GetProperty("data") is var list && list.GetArrayLength() == 2 ? list.EnumerateArray().ToArray() : null,
            "two copies");

        Assert.Equal(["door 1 r1 invalid_timestamp $.timestamp, required $.eventType, required $.qrCodeId", "enrichment 0 ok fx_rate_missing"], data.Select(entry =>
            $"{entry.GetProperty("stage")} {entry.GetProperty("index")} {entry.GetProperty("eventId")} {string.Join(", ", entry.GetProperty("reasons").EnumerateArray())}"));
        Assert.DoesNotContain("vis_secret", string.Concat(data), StringComparison.Ordinal);
        Assert.Equal(refused, await OpenCopyAsync("door"));
        await LedgerIsAsync("demo", new { received = 2, quarantined = 1, rejected = 1, difference = 0 });

        using var other = _host.User("acme");
        Assert.Equal("""{"data":[]}""", await other.GetStringAsync("/v1/quarantine"));
        using var tooMany = await user.GetAsync("/v1/quarantine?limit=100000");
        Assert.Equal(HttpStatusCode.BadRequest, tooMany.StatusCode);
    }

    [Fact]
    public async Task Goes_on_accepting_while_the_database_is_away_and_notes_all_of_it_later()
    {
        var server = new NpgsqlConnectionStringBuilder(await TestServers.CreateDatabaseAsync());
        await using var relay = new TcpRelay(server.Host!, server.Port);
        relay.Open();
        server.Port = relay.Port;
        server.Host = "127.0.0.1";
        await using var host = await IngestionHost.StartAsync(database: server.ConnectionString);
        using var client = host.Sender();

        relay.Cut();
        using (var accepted = await client.PostAsync(ReceiveEvents.Path, Samples.Json($"[{Samples.Event()},{{}}]")))
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        using (var rejected = await client.PostAsync(ReceiveEvents.Path, Samples.Json("[{},{}]")))
            Assert.Equal(HttpStatusCode.UnprocessableEntity, rejected.StatusCode);
        using var user = host.User();
        using (var away = await user.GetAsync("/v1/ledger")) Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);

        relay.Open();
        await Eventually.TrueAsync(
            async () => JsonDocument.Parse(await user.GetStringAsync("/v1/ledger")).RootElement.GetProperty("total").GetProperty("received").GetInt64() == 4,
            "the receipts");
        await Eventually.TrueAsync(
            async () => JsonDocument.Parse(await user.GetStringAsync("/v1/quarantine")).RootElement.GetProperty("data").GetArrayLength() == 3, "the copies");
    }

    private async Task<string> OpenCopyAsync(string stage)
    {
        await using var database = NpgsqlDataSource.Create(_host.Database);
        await using var command = database.CreateCommand("select sealed_event, transit_key_id, batch_id from ingestion.quarantine where stage = $1");
        command.Parameters.Add(new() { Value = stage });
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        var key = await File.ReadAllBytesAsync(Path.Combine(_host.KeyDirectory, KeyPurposes.Transit, reader.GetString(1) + ".key"));
        return System.Text.Encoding.UTF8.GetString(SealedBox.Open(key, reader.GetFieldValue<byte[]>(0), reader.GetGuid(2).ToByteArray(bigEndian: true)));
    }

    private async Task SendAsync(string key, string body, HttpStatusCode expected)
    {
        using var client = _host.Sender(key);
        using var answer = await client.PostAsync(ReceiveEvents.Path, Samples.Json(body));
        Assert.Equal(expected, answer.StatusCode);
    }

    private async Task LedgerIsAsync(string tenant, object expected, string range = "")
    {
        using var user = _host.User(tenant);
        var wanted = JsonSerializer.SerializeToElement(expected).EnumerateObject().Select(member => $"{member.Name} {member.Value}").ToArray();
        string[] actual = [];
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    var total = JsonDocument.Parse(await user.GetStringAsync("/v1/ledger" + range)).RootElement.GetProperty("total");
                    actual = [.. wanted.Select(member => member.Split(' ')[0]).Select(name => $"{name} {total.GetProperty(name)}")];
                    return wanted.SequenceEqual(actual);
                },
                "the ledger",
                TimeSpan.FromSeconds(15));
        }
        catch (TimeoutException)
        {
            Assert.Equal(wanted, actual);
        }
    }

    private static ReceivedBatch Batch() => new()
    {
        BatchId = Guid.NewGuid(),
        TenantId = "demo",
        Source = "api",
        ReceivedAt = TimeProvider.System.GetUtcNow(),
        Received = 10,
        Duplicates = 1,
        Rejected = 1,
        Accepted = 8,
        TransitKeyId = "",
        SealedEvents = [],
    };
}

internal static class Instants
{
    public static DateTimeOffset At(this string instant) => DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture);
}
