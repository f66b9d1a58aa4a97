using System.Net;
using System.Text;
using System.Text.Json;
using Npgsql;
using QrPlatform.Testing;

namespace QrPlatform.EndToEnd;

[Collection(StackCollection.Name)]
public sealed class FirstEventTests(Stack stack)
{
    // What the example says of a person.
    private const string NotPersonal = "qr_campaign_001_location_sf";
    private static readonly string[] Personal = ["vis_anon_xyz789", "ses_mobile_user_456", "iPhone OS 17_1", "37.7749", "122.4194"];
    private static readonly string[] Sought = [.. Personal, NotPersonal];

    [Fact]
    public async Task Follows_the_example_event_from_the_door_to_every_number()
    {
        await SendExampleAsync();

        await Eventually.TrueAsync(
            async () => await stack.ScalarAsync<long>("select count(*) from bi.qr_scan_events where event_id = 'evt_2025112501_abc123'", "bi_demo") == 1,
            "the event is in bi.qr_scan_events", TimeSpan.FromSeconds(15));

        await using var connection = await stack.ConnectAsync("bi_demo");
        await using var command = new NpgsqlCommand("select to_jsonb(e)::text from bi.qr_scan_events e where event_id = 'evt_2025112501_abc123'", connection);
        var row = JsonDocument.Parse((string)(await command.ExecuteScalarAsync())!).RootElement;
        Assert.Equal(DateTimeOffset.Parse("2025-11-25T14:30:15.123Z", null), row.GetProperty("timestamp").GetDateTimeOffset());
        Assert.Equal("qr_campaign_001_location_sf", row.GetProperty("qr_code_id").GetString());
        Assert.Equal("camp_holiday_2025", row.GetProperty("campaign_id").GetString());
        Assert.Equal("Holiday Product Launch", row.GetProperty("campaign_name").GetString());
        Assert.Equal("San Francisco", row.GetProperty("city").GetString());
        Assert.Equal("CA", row.GetProperty("region").GetString());
        Assert.Equal("US", row.GetProperty("country").GetString());
        Assert.Equal(37.77m, row.GetProperty("location_lat").GetDecimal());
        Assert.Equal(-122.42m, row.GetProperty("location_lng").GetDecimal());
        Assert.Equal("MOBILE", row.GetProperty("device_type").GetString());
        Assert.Equal("Safari", row.GetProperty("browser").GetString());
        Assert.Equal(245, row.GetProperty("engagement_duration").GetDecimal());
        Assert.Equal(73, row.GetProperty("lead_score").GetDecimal());
        Assert.Equal(1250.00m, row.GetProperty("revenue_attribution").GetDecimal());
        Assert.Equal(2, row.GetProperty("conversion_count").GetInt32());
        Assert.True(Guid.TryParse(row.GetProperty("visitor_id").GetString(), out _), "the visitor is a pseudonym");

        using var analyst = await stack.SignInAsync("analyst");
        var answer = await Stack.QueryAsync(analyst, new
        {
            metrics = new[] { "total_scans", "conversions", "revenue", "average_lead_score" },
            dimensions = new[] { "campaign_id", "day" },
            filters = new[] { new { dimension = "qr_code_id", @operator = "eq", values = new[] { "qr_campaign_001_location_sf" } } },
            dateRange = new { from = "2025-11-25", to = "2025-11-25" },
        });
        Assert.Equal("""["camp_holiday_2025","2025-11-25",1,2,1250.00,73]""", Compact(answer.GetProperty("rows")[0]));
        Assert.NotEmpty(answer.GetProperty("asOf").GetString()!);

        var scans = JsonDocument.Parse(await analyst.GetStringAsync("/v1/analytics/scans?start_date=2025-11-25&end_date=2025-11-25&limit=10000")).RootElement;
        var scan = scans.GetProperty("data").EnumerateArray().Single(entry => entry.GetProperty("eventId").GetString() == "evt_2025112501_abc123");
        Assert.Equal("San Francisco", scan.GetProperty("scanLocation").GetProperty("city").GetString());
        Assert.Equal("iOS 17.1", scan.GetProperty("operatingSystem").GetString());
        Assert.Equal("1179x2556", scan.GetProperty("screenResolution").GetString());
        Assert.Equal("LEAD_GENERATION", scan.GetProperty("conversionGoal").GetString());
        Assert.Equal(4, scan.GetProperty("pageViews").GetInt32());
        Assert.False(scan.TryGetProperty("sessionId", out _));
        Assert.False(scan.TryGetProperty("userAgent", out _));
    }

    [Fact]
    public async Task Keeps_what_is_personal_nowhere_in_clear()
    {
        await SendExampleAsync();
        await stack.DrainAsync("admin");

        var found = new List<string>();
        await using (var connection = await stack.ConnectAsync())
        {
            // A session's own temporary tables can be read by nobody else; what of them is on disk lies among the files below.
            var tables = new List<string>();
            await using (var list = new NpgsqlCommand(
                @"select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema') and schemaname not like 'pg\_temp\_%'", connection))
            await using (var reader = await list.ExecuteReaderAsync())
            {
                while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
            }

            Assert.Contains("events.mt_events", tables);
            Assert.Contains("privacy.subject_keys", tables);
            foreach (var table in tables)
            {
                foreach (var secret in Sought)
                {
                    await using var search = new NpgsqlCommand($"select count(*) from {table} t where t::text like '%' || $1 || '%'", connection) { Parameters = { new() { Value = secret } } };
                    if ((long)(await search.ExecuteScalarAsync())! > 0) found.Add($"{table}: {secret}");
                }
            }
        }

        // The broker's messages, the cache, write-ahead log, table files and all console logs.
        foreach (var file in Directory.EnumerateFiles(stack.DataDirectory, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
                     .Where(file => Path.GetFileName(file) != "lock")) // the host's own, held exclusively and empty
        {
            var bytes = await ReadAsync(file);
            found.AddRange(Sought.Where(secret => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0).Select(secret => $"{file}: {secret}"));
        }

        Assert.DoesNotContain(found, hit => !hit.EndsWith(NotPersonal, StringComparison.Ordinal));

        // The search is able to find: what is not personal is there, in tables and in files.
        Assert.Contains(found, hit => hit == $"events.mt_events: {NotPersonal}");
        Assert.Contains(found, hit => hit.StartsWith(stack.DataDirectory, StringComparison.Ordinal));
    }

    // Without asking for a lock, because the servers hold theirs; empty when the file went meanwhile.
    private static async Task<byte[]> ReadAsync(string file)
    {
        try
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var all = new MemoryStream();
            await stream.CopyToAsync(all);
            return all.ToArray();
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }

    private async Task SendExampleAsync()
    {
        using var door = stack.WithBearer(Door.DemoKey);
        var example = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "event.json"));
        using var answer = await door.PostAsync("/v1/events", new StringContent(example, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private static string Compact(JsonElement element) => JsonSerializer.Serialize(element);
}
