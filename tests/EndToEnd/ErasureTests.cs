using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using QrPlatform.EndToEnd.Data;
using QrPlatform.Keys;
using QrPlatform.Testing;
using Xunit.Abstractions;

namespace QrPlatform.EndToEnd;

/// <summary>Erases one of three visitors and looks for it everywhere.</summary>
[Collection(StackCollection.Name)]
public sealed class ErasureTests(Stack stack, ITestOutputHelper output)
{
    private const string From = "2023-02-01", To = "2023-02-28";
    private const string Address = "198.51.100.213", Agent = "Mozilla/5.0 (Canary 77.3.1; rv:erasure-canary) Gecko";
    private const double Latitude = 48.8583701234, Longitude = 2.2944813456;

    private static readonly DateTimeOffset Day = new(2023, 2, 3, 12, 0, 0, TimeSpan.Zero);
    private static readonly string Run = Guid.NewGuid().ToString("N")[..10];
    private static readonly string Erased = $"vis-erased-{Run}", Control = $"vis-control-{Run}", Third = $"vis-third-{Run}";
    private static readonly string[] Sessions = [$"ses-erased-1-{Run}", $"ses-erased-2-{Run}"];
    private static readonly string[] Personal = [Erased, .. Sessions, Address, "erasure-canary", "48.85837", "2.294481"];
    private static readonly string[] Figures = ["total_scans", "conversions", "revenue", "sessions", "new_customers", "unique_visitors"];

    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };

    [Fact]
    public async Task The_erased_visitor_is_found_nowhere_and_scans_and_revenue_stay()
    {
        await SendAsync();
        var before = await FiguresAsync();
        var summaries = await SummariesAsync();
        var (pseudonym, control) = (await PseudonymAsync("era-e1"), await PseudonymAsync("era-c1"));
        Assert.Equal(3, before["unique_visitors"]);
        Assert.Contains(pseudonym, await DumpAsync(), StringComparison.Ordinal);

        var shown = await EraseAsync(Erased);

        Assert.Equal("clean", shown.GetProperty("verification").GetProperty("result").GetString());
        var counts = shown.GetProperty("counts");
        Assert.Equal((1, 6, 1, 2), (Count("subject_keys.subjects"), Count("event_store.events"), Count("event_store.session_events"), Count("quarantine.copies")));
        await AssertNowhereAsync(pseudonym, control);
        await AssertNothingOpensAsync();

        var after = await FiguresAsync();
        Assert.Equal(before["unique_visitors"] - 1, after["unique_visitors"]);
        foreach (var figure in Figures.Where(figure => figure != "unique_visitors")) Assert.Equal((figure, before[figure]), (figure, after[figure]));
        Assert.Equal(summaries, await SummariesAsync());

        await AssertSuppressedAsync();

        long Count(string name) => counts.GetProperty(name).GetInt64();
    }

    [Fact]
    public async Task An_erasure_survives_the_killing_of_every_service_that_works_on_it()
    {
        var visitor = $"vis-killed-{Run}";
        using var door = stack.WithBearer(Door.DemoKey);
        Event[] events = [Of("erk-1", "SCAN", 60 * 24 * 40, visitor, $"ses-killed-{Run}"), Of("erk-2", "SCAN", 60 * 24 * 41, visitor, null)];
        await Door.SendAsync(door, events, new Random(1), 2);
        await stack.DrainAsync("admin");
        var pseudonym = await PseudonymAsync("erk-1");

        var shown = await EraseAsync(visitor, () =>
        {
            foreach (var service in (string[])["privacy-compliance", "enrichment", "ingestion", "projection", "reporting"])
            {
                foreach (var pid in RunRecords.Living(stack.DataDirectory, service)) Process.GetProcessById(pid).Kill();
            }
        });

        Assert.Equal(2, shown.GetProperty("counts").GetProperty("event_store.events").GetInt64());
        Assert.DoesNotContain(pseudonym, await DumpAsync(), StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => (await stack.Gateway.GetAsync("/health")).IsSuccessStatusCode, "the stack is healthy", TimeSpan.FromMinutes(1));
    }

    private async Task SendAsync()
    {
        using var door = stack.WithBearer(Door.DemoKey);
        Event[] events =
        [
            Of("era-e1", "SCAN", 0, Erased, Sessions[0]),
            Of("era-e2", "CONVERSION", 1, Erased, Sessions[0], conversions: ["SIGNUP"]),
            Of("era-e3", "LANDING_VIEW", 2, null, Sessions[0]),
            Of("era-e4", "REVENUE", 60 * 24 * 5, Erased, Sessions[0], revenue: 120.50m),
            Of("era-e5", "REFUND", 60 * 24 * 6, Erased, Sessions[0], revenue: 20.25m),
            Of("era-e6", "SCAN", 60 * 24 * 8, Erased, null),
            Of("era-e7", "CUSTOMER", 60 * 24 * 8 + 5, Erased, null),
            Of("era-c1", "SCAN", 3, Control, $"ses-control-{Run}", revenue: 7m),
            Of("era-t1", "SCAN", 4, Third, $"ses-third-{Run}"),
        ];
        await Door.SendAsync(door, events, new Random(3), 4);

        // One that cannot be processed, and one that is refused.
        await Door.SendAsync(door, [Of("era-q1", "REVENUE", 9, Erased, Sessions[1], revenue: 3, currency: "EUR"), Of("era-s2", "SCAN", 10, Control, null)], new Random(1), 2);
        using var refused = await door.PostAsync("/v1/events", new StringContent(
            $$"""{"eventId":"era-r1","timestamp":"not a time","eventType":"SCAN","qrCodeId":"q","visitorId":"{{Erased}}"}""", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        await stack.DrainAsync("admin");
        await Eventually.TrueAsync(async () => await stack.ScalarAsync<long>("select count(*) from ingestion.quarantine where event_id in ('era-q1', 'era-r1')") == 2, "both copies are in quarantine");
    }

    private static Event Of(string id, string type, int minutes, string? visitor, string? session, string[]? conversions = null, decimal? revenue = null, string? currency = null) => new()
    {
        EventId = id,
        Timestamp = Day.AddMinutes(minutes),
        EventType = type,
        QrCodeId = "era-code",
        VisitorId = visitor,
        SessionId = session,
        IpAddress = visitor == Control ? "203.0.113.9" : Address,
        ScanLocation = new Location(Latitude, Longitude, "Paris", null, "FR"),
        DeviceInfo = new Device("MOBILE", "iOS", "Safari", visitor == Control ? "Mozilla/5.0 (control)" : Agent),
        CampaignContext = new Campaign("era-camp", "Erasure", null, null),
        BehaviorMetrics = new Behavior { ConversionEvents = conversions, RevenueAttribution = revenue, Currency = currency },
    };

    private async Task<JsonElement> EraseAsync(string visitor, Action? meanwhile = null)
    {
        using var officer = await stack.SignInAsync("compliance");
        using var asked = await officer.PostAsJsonAsync("/v1/privacy/erasure-requests", new { visitorId = visitor, reason = "asked by letter", reference = "E2E" });
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        meanwhile?.Invoke();
        JsonElement shown = default;
        try
        {
            await Eventually.TrueAsync(
                async () => (shown = await officer.GetFromJsonAsync<JsonElement>(asked.Headers.Location)).GetProperty("status").GetString() == "completed", "completed", TimeSpan.FromMinutes(2));
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message}: {shown}", exception);
        }

        output.WriteLine($"completed after {(shown.GetProperty("completedAt").GetDateTimeOffset() - shown.GetProperty("requestedAt").GetDateTimeOffset()).TotalSeconds:0.0} s");
        Assert.Contains("erasure.complete", await officer.GetStringAsync("/v1/audit"), StringComparison.Ordinal);
        return shown;
    }

    // The dump, the cache, and every log file: as text, hexadecimal, base64 and UTF-16. The control's pseudonym shows that the search finds.
    private async Task AssertNowhereAsync(string pseudonym, string control)
    {
        var places = new Dictionary<string, byte[]> { ["pg_dump"] = Encoding.UTF8.GetBytes(await DumpAsync()), ["Redis"] = await stack.RedisContentAsync() };
        foreach (var file in Directory.EnumerateFiles(Path.Combine(stack.DataDirectory, "logs"), "*", Everything)) places[file] = await ReadAsync(file);

        var found = new List<string>();
        foreach (var (place, bytes) in places)
        {
            foreach (var trace in Personal.Append(pseudonym).Append(pseudonym.Replace("-", "", StringComparison.Ordinal)))
                found.AddRange(Forms(trace).Where(form => bytes.AsSpan().IndexOf(form.Bytes) >= 0).Select(form => $"{place}: {trace} as {form.Name}"));
        }

        // Another visitor's exact coordinates are its own, sealed; but nobody's stand there in clear.
        Assert.Empty(found);
        Assert.True(places["pg_dump"].AsSpan().IndexOf(Encoding.UTF8.GetBytes(control)) >= 0, "the search finds the control's pseudonym");
        Assert.True(places.Count > 8, $"{places.Count} places");
    }

    // With every key that the platform still holds: what is sealed in this test's events and in all quarantine, opened and searched. Other tests'
    // thousands of events have thousands of keys, and a box that does not open costs an exception.
    private async Task AssertNothingOpensAsync()
    {
        var keys = Directory.EnumerateFiles(Path.Combine(stack.DataDirectory, "keys"), "*.key", Everything).Select(File.ReadAllBytes).ToList();
        await using var connection = await stack.ConnectAsync();
        var opened = 0;
        var dataKeys = new List<byte[]>();
        foreach (var (box, bound) in await BoxesAsync(connection, "select wrapped_key, uuid_send(subject_id) from privacy.subject_keys"))
            dataKeys.AddRange(keys.Select(key => TryOpen(key, box, bound)).OfType<byte[]>());
        var boxes = await BoxesAsync(connection, "select decode(data->'Personal'->>'Box', 'base64'), convert_to(tenant_id || '/' || (data->>'EventId'), 'utf8') from events.mt_events where data->'Personal' is not null and data->>'EventId' like 'era-%'");
        boxes.AddRange(await BoxesAsync(connection, "select sealed_event, uuid_send(batch_id) from ingestion.quarantine where event_id like 'era-%'"));
        boxes.AddRange(await BoxesAsync(connection, """select decode(copy->>'SealedEvent', 'base64'), uuid_send(batch_id) from events.processed_batches cross join jsonb_array_elements(quarantine) as copy"""));
        boxes.AddRange(await BoxesAsync(connection, "select sealed_person, uuid_send(case_id) from privacy.erasure_cases where sealed_person is not null"));
        foreach (var (box, bound) in boxes)
        {
            foreach (var plain in keys.Concat(dataKeys).Select(key => TryOpen(key, box, bound)).OfType<byte[]>())
            {
                opened++;
                foreach (var trace in Personal.Take(3)) Assert.True(plain.AsSpan().IndexOf(Encoding.UTF8.GetBytes(trace)) < 0, $"{trace} can be opened");
            }
        }

        Assert.True(opened >= 3, $"what is the control's opens: {opened}");
    }

    private async Task AssertSuppressedAsync()
    {
        using var operations = await stack.SignInAsync("admin");
        var ledger = await Stack.LedgerAsync(operations);
        using var door = stack.WithBearer(Door.DemoKey);
        await Door.SendAsync(
            door,
            [
                Of("era-e1", "SCAN", 0, Erased, Sessions[0]), Of("era-e6", "SCAN", 60 * 24 * 8, Erased, null),
                Of("era-n1", "SCAN", 0, Erased, Sessions[0]), Of("era-n2", "SCAN", 1, Erased, null), Of("era-n3", "SCAN", 1, null, Sessions[0]),
            ],
            new Random(1), 5);
        await stack.DrainAsync("admin");

        var again = await Stack.LedgerAsync(operations);
        Assert.Equal((2, 3, 0), (Grown("duplicate"), Grown("suppressed"), Grown("stored")));
        Assert.Equal(0, await stack.ScalarAsync<long>("select count(*) from events.mt_events where data->>'EventId' like 'era-n%'"));

        long Grown(string outcome) => again.GetProperty(outcome).GetInt64() - ledger.GetProperty(outcome).GetInt64();
    }

    private async Task<Dictionary<string, decimal>> FiguresAsync()
    {
        using var analyst = await stack.SignInAsync("analyst");
        var row = (await Stack.QueryAsync(analyst, new
        {
            metrics = Figures,
            filters = new[] { new { dimension = "campaign_id", @operator = "eq", values = new[] { "era-camp" } } },
            dateRange = new { from = From, to = To },
        })).GetProperty("rows")[0];
        return Figures.Select((name, index) => (name, row[index].GetDecimal())).ToDictionary(figure => figure.name, figure => figure.Item2);
    }

    private async Task<string?> SummariesAsync() => await stack.ScalarAsync<string>(
        """
        select string_agg(concat_ws('|', s.campaign_id, s.period_start, s.total_scans, s.total_revenue, s.conversions), ';' order by s.period_start)
               || (select concat_ws('|', count(*), sum(e.revenue_attribution), sum(e.conversion_count)) from bi.qr_scan_events e where e.campaign_id = 'era-camp')
        from bi.campaign_monthly_summary s where s.campaign_id = 'era-camp'
        """,
        "bi_demo");

    private async Task<string> PseudonymAsync(string eventId) =>
        await stack.ScalarAsync<string>($"select visitor_id::text from bi.fact_scan where event_id = '{eventId}'", "bi_demo") ?? throw new InvalidOperationException(eventId);

    private async Task<string> DumpAsync()
    {
        var connection = new NpgsqlConnectionStringBuilder(await stack.DatabaseAsync());
        using var dump = Process.Start(new ProcessStartInfo("pg_dump", ["--no-sync", "-h", connection.Host!, "-p", $"{connection.Port}", "-U", connection.Username!, connection.Database!])
        {
            RedirectStandardOutput = true,
            Environment = { ["PGPASSWORD"] = connection.Password },
        })!;
        var text = await dump.StandardOutput.ReadToEndAsync();
        await dump.WaitForExitAsync();
        Assert.Equal(0, dump.ExitCode);
        return text;
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Forms(string trace)
    {
        var utf8 = Encoding.UTF8.GetBytes(trace);
        yield return ("text", utf8);
        yield return ("hexadecimal", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(utf8)));
        yield return ("UTF-16", Encoding.Unicode.GetBytes(trace));
        for (var offset = 0; offset < 3; offset++)
            yield return ("base64", Encoding.ASCII.GetBytes(Convert.ToBase64String(utf8, offset, (utf8.Length - offset) / 3 * 3)));
    }

    private static async Task<List<(byte[] Box, byte[] Bound)>> BoxesAsync(NpgsqlConnection connection, string sql)
    {
        var boxes = new List<(byte[], byte[])>();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) boxes.Add((reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1)));
        return boxes;
    }

    private static byte[]? TryOpen(byte[] key, byte[] box, byte[] bound)
    {
        if (key.Length != SealedBox.KeySize) return null;
        try
        {
            return SealedBox.Open(key, box, bound);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }
}
