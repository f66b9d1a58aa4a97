using System.Text;
using System.Text.Json;
using QrPlatform.Contracts.Scans;
using QrPlatform.Ingestion.Receiving;

namespace QrPlatform.Ingestion.Tests;

public sealed class EventBatchTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Reads_every_field_of_the_seeds_example()
    {
        var read = Assert.Single(FromJson(Samples.Seed).Accepted);

        Assert.Equal("evt_2025112501_abc123", read.EventId);
        Assert.Equal(new DateTimeOffset(2025, 11, 25, 14, 30, 15, 123, TimeSpan.Zero), read.Timestamp);
        Assert.Equal(ScanEventType.Scan, read.EventType);
        Assert.Equal("qr_campaign_001_location_sf", read.QrCodeId);
        Assert.Equal("vis_anon_xyz789", read.VisitorId);
        Assert.Equal("ses_mobile_user_456", read.SessionId);
        Assert.Equal(
            new ScanLocation { Latitude = 37.7749, Longitude = -122.4194, City = "San Francisco", Region = "CA", Country = "US", Accuracy = "high" },
            read.ScanLocation);
        Assert.Equal("1179x2556", read.DeviceInfo!.ScreenResolution);
        Assert.Equal("Mozilla/5.0 (iPhone; CPU iPhone OS 17_1...", read.DeviceInfo.UserAgent);
        Assert.Equal("LEAD_GENERATION", read.CampaignContext!.ConversionGoal);
        Assert.Equal(73, read.BehaviorMetrics!.LeadScore);
        Assert.Equal(245, read.BehaviorMetrics.EngagementDuration);
        Assert.Equal(4, read.BehaviorMetrics.PageViews);
        Assert.Equal(["EMAIL_SIGNUP", "DEMO_REQUEST"], read.BehaviorMetrics.ConversionEvents!);
        Assert.Equal(1250m, read.BehaviorMetrics.RevenueAttribution);
    }

    [Fact]
    public void Reads_what_the_contract_adds_to_the_seed()
    {
        var read = Assert.Single(FromJson(Samples.Event(more: """
            ,"ipAddress":"2001:db8::1","campaignContext":{"variant":"B"},"behaviorMetrics":{"currency":"EUR"},
            "consent":{"analytics":false,"recordedAt":"2025-01-01T00:00:00+02:00"},"isTest":true
            """)).Accepted);

        Assert.Equal("2001:db8::1", read.IpAddress);
        Assert.Equal("B", read.CampaignContext!.Variant);
        Assert.Equal("EUR", read.BehaviorMetrics!.Currency);
        Assert.Equal(new ConsentStatement { Analytics = false, RecordedAt = new DateTimeOffset(2024, 12, 31, 22, 0, 0, TimeSpan.Zero) }, read.Consent);
        Assert.True(read.IsTest);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    public void Takes_null_and_unknown_properties_as_absent(string location)
    {
        var read = Assert.Single(FromJson(Samples.Event(more: $$"""
            ,"visitorId":null,"sessionId":"","scanLocation":{{location}},"behaviorMetrics":{"leadScore":null,"conversionEvents":null,"new":[[{}]]},"isTest":null,"more":{"a":[1,"\ud800",{}]}
            """)).Accepted);

        Assert.Null(read.VisitorId);
        Assert.Null(read.SessionId);
        Assert.Null(read.ScanLocation?.City);
        Assert.Null(read.BehaviorMetrics!.LeadScore);
        Assert.False(read.IsTest);
    }

    [Theory]
    [InlineData("2025-11-25T14:30:15.123456789Z", "2025-11-25T14:30:15.1234560+00:00")]
    [InlineData("2025-11-25T14:30Z", "2025-11-25T14:30:00.0000000+00:00")]
    [InlineData("2025-03-09T01:00:00-08:00", "2025-03-09T09:00:00.0000000+00:00")]
    [InlineData("2025-03-09T01:00:00\\u002B02:00", "2025-03-08T23:00:00.0000000+00:00")]
    [InlineData("2026-11-22T12:05:00Z", "2026-11-22T12:05:00.0000000+00:00")]
    [InlineData("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.0000000+00:00")]
    public void Keeps_instants_in_utc_to_the_microsecond(string given, string kept)
    {
        var read = Assert.Single(FromJson(Samples.Event().Replace("2025-11-25T14:30:15Z", given, StringComparison.Ordinal)).Accepted);

        Assert.Equal(kept, read.Timestamp.ToString("o"));
    }

    [Theory]
    [InlineData("\"2025-11-25T14:30:15\"", "invalid_timestamp")]
    [InlineData("\"2025-11-25\"", "invalid_timestamp")]
    [InlineData("\"2025-02-30T00:00:00Z\"", "invalid_timestamp")]
    [InlineData("\"yesterday\"", "invalid_timestamp")]
    [InlineData("\"\"", "invalid_timestamp")]
    [InlineData("\"2025-11-25T14:30:15\\ud800\"", "invalid_timestamp")]
    [InlineData("\"2026-11-22T12:05:01Z\"", "in_future")]
    [InlineData("\"9999-12-31T23:59:59Z\"", "in_future")]
    [InlineData("\"0001-01-01T00:00:00Z\"", "too_old")]
    [InlineData("1764081015", "wrong_type")]
    [InlineData("null", "required")]
    public void Refuses_a_timestamp_with_its_own_code(string value, string code) =>
        AssertRefused(Samples.Event().Replace("\"2025-11-25T14:30:15Z\"", value, StringComparison.Ordinal), "$.timestamp", code);

    [Theory]
    [InlineData("""{"timestamp":"2025-11-25T14:30:15Z","eventType":"SCAN","qrCodeId":"q"}""", "$.eventId", "required")]
    [InlineData("""{"eventId":" ","timestamp":"2025-11-25T14:30:15Z","eventType":"SCAN","qrCodeId":"q"}""", "$.eventId", "required")]
    [InlineData("""{"eventId":7,"timestamp":"2025-11-25T14:30:15Z","eventType":"SCAN","qrCodeId":"q"}""", "$.eventId", "wrong_type")]
    [InlineData("""{"eventId":"123456789012345678901234567890123456789012345678901","timestamp":"2025-11-25T14:30:15Z","eventType":"SCAN","qrCodeId":"q"}""", "$.eventId", "too_long")]
    [InlineData("""{"eventId":"e","timestamp":"2025-11-25T14:30:15Z","eventType":"scan","qrCodeId":"q"}""", "$.eventType", "unknown_event_type")]
    [InlineData("""{"eventId":"e","timestamp":"2025-11-25T14:30:15Z","eventType":0,"qrCodeId":"q"}""", "$.eventType", "wrong_type")]
    [InlineData("""{"eventId":"e","timestamp":"2025-11-25T14:30:15Z","eventType":"SCAN"}""", "$.qrCodeId", "required")]
    [InlineData("""{"eventId":"e","eventId":"e","timestamp":"2025-11-25T14:30:15Z","eventType":"SCAN","qrCodeId":"q"}""", "$.eventId", "duplicate_property")]
    public void Refuses_an_event_without_what_is_required(string body, string path, string code) => AssertRefused(body, path, code);

    [Theory]
    [InlineData("\"scanLocation\":{\"latitude\":90.0001}", "$.scanLocation.latitude", "out_of_range")]
    [InlineData("\"scanLocation\":{\"longitude\":-180.5}", "$.scanLocation.longitude", "out_of_range")]
    [InlineData("\"scanLocation\":{\"longitude\":1e400}", "$.scanLocation.longitude", "out_of_range")]
    [InlineData("\"scanLocation\":{\"latitude\":\"37\"}", "$.scanLocation.latitude", "wrong_type")]
    [InlineData("\"scanLocation\":[]", "$.scanLocation", "wrong_type")]
    [InlineData("\"scanLocation\":{\"city\":{\"a\":1}}", "$.scanLocation.city", "wrong_type")]
    [InlineData("\"scanLocation\":{\"city\":\"a\\u0000b\"}", "$.scanLocation.city", "invalid_character")]
    [InlineData("\"visitorId\":\"\\ud800\"", "$.visitorId", "invalid_unicode")]
    [InlineData("\"\\ud800\":{\"a\":1}", "$", "invalid_unicode")]
    [InlineData("\"scanLocation\":{\"\\ud800\":1,\"\\udc00\":2}", "$", "invalid_unicode")]
    [InlineData("\"visitorId\":true", "$.visitorId", "wrong_type")]
    [InlineData("\"deviceInfo\":\"phone\"", "$.deviceInfo", "wrong_type")]
    [InlineData("\"behaviorMetrics\":{\"leadScore\":100.1}", "$.behaviorMetrics.leadScore", "out_of_range")]
    [InlineData("\"behaviorMetrics\":{\"leadScore\":-1}", "$.behaviorMetrics.leadScore", "out_of_range")]
    [InlineData("\"behaviorMetrics\":{\"engagementDuration\":-0.1}", "$.behaviorMetrics.engagementDuration", "out_of_range")]
    [InlineData("\"behaviorMetrics\":{\"pageViews\":1.5}", "$.behaviorMetrics.pageViews", "wrong_type")]
    [InlineData("\"behaviorMetrics\":{\"pageViews\":-1}", "$.behaviorMetrics.pageViews", "out_of_range")]
    [InlineData("\"behaviorMetrics\":{\"revenueAttribution\":1e400}", "$.behaviorMetrics.revenueAttribution", "out_of_range")]
    [InlineData("\"behaviorMetrics\":{\"revenueAttribution\":1e16}", "$.behaviorMetrics.revenueAttribution", "out_of_range")]
    [InlineData("\"behaviorMetrics\":{\"conversionEvents\":\"A\"}", "$.behaviorMetrics.conversionEvents", "wrong_type")]
    [InlineData("\"behaviorMetrics\":{\"conversionEvents\":[\"A\",1]}", "$.behaviorMetrics.conversionEvents", "wrong_type")]
    [InlineData("\"behaviorMetrics\":{\"conversionEvents\":[null]}", "$.behaviorMetrics.conversionEvents", "wrong_type")]
    [InlineData("\"behaviorMetrics\":{\"conversionEvents\":[\"\"]}", "$.behaviorMetrics.conversionEvents", "required")]
    [InlineData("\"behaviorMetrics\":{\"currency\":\"usd\"}", "$.behaviorMetrics.currency", "invalid_currency")]
    [InlineData("\"behaviorMetrics\":{\"currency\":\"EURO\"}", "$.behaviorMetrics.currency", "invalid_currency")]
    [InlineData("\"behaviorMetrics\":{\"leadScore\":1,\"leadScore\":2}", "$.behaviorMetrics.leadScore", "duplicate_property")]
    [InlineData("\"consent\":{}", "$.consent.analytics", "required")]
    [InlineData("\"consent\":{\"analytics\":\"true\"}", "$.consent.analytics", "wrong_type")]
    [InlineData("\"consent\":{\"analytics\":true,\"recordedAt\":\"2025\"}", "$.consent.recordedAt", "invalid_timestamp")]
    [InlineData("\"isTest\":1", "$.isTest", "wrong_type")]
    [InlineData("\"ipAddress\":\"256.1.1.1\"", "$.ipAddress", "invalid_ip_address")]
    [InlineData("\"ipAddress\":\"1\"", "$.ipAddress", "invalid_ip_address")]
    [InlineData("\"ipAddress\":\"[::1]:80\"", "$.ipAddress", "invalid_ip_address")]
    [InlineData("\"ipAddress\":\"fe80::1%eth0\"", "$.ipAddress", "invalid_ip_address")]
    public void Refuses_a_value_with_path_and_code(string member, string path, string code) =>
        AssertRefused(Samples.Event(more: "," + member), path, code);

    [Fact]
    public void Refuses_too_many_conversions_long_texts_and_deep_nesting()
    {
        AssertRefused(
            Samples.Event(more: $",\"behaviorMetrics\":{{\"conversionEvents\":[{string.Join(',', Enumerable.Repeat("\"A\"", 101))}]}}"),
            "$.behaviorMetrics.conversionEvents", "too_many");
        AssertRefused(Samples.Event(more: $",\"visitorId\":\"{new string('v', 201)}\""), "$.visitorId", "too_long");
        AssertRefused(Samples.Event(more: $",\"visitorId\":\"{new string('v', 5_000_000)}\""), "$.visitorId", "too_long");
        AssertRefused(Samples.Event(more: $",\"unknown\":{new string('[', 40)}{new string(']', 40)}"), "$", "too_deep");
        Assert.ThrowsAny<JsonException>(() => FromJson(Samples.Event(more: $",\"unknown\":{new string('[', 5000)}{new string(']', 5000)}")));
    }

    [Fact]
    public void Counts_characters_and_not_bytes_or_surrogates()
    {
        var id = string.Concat(Enumerable.Repeat("😀", 50));

        Assert.Equal(id, Assert.Single(FromJson(Samples.Event(id)).Accepted).EventId);
        AssertRefused(Samples.Event(id + "x"), "$.eventId", "too_long");
    }

    [Fact]
    public void Keeps_the_neighbours_of_a_rejected_event_and_the_first_acceptable_of_equals()
    {
        var batch = FromJson($"""
            [{Samples.Event("a", ",\"isTest\":3")},{Samples.Event("a", ",\"visitorId\":\"first\"")},7,{Samples.Event("a", ",\"visitorId\":\"second\"")},[[]],null,{Samples.Event("b")}]
            """);

        Assert.Equal(7, batch.Received);
        Assert.Equal(["a", "b"], batch.Accepted.Select(read => read.EventId));
        Assert.Equal("first", batch.Accepted[0].VisitorId);
        Assert.Equal(1, batch.Duplicates);
        Assert.Equal([(0, "a", "wrong_type"), (2, null, "not_an_object"), (4, null, "not_an_object"), (5, null, "not_an_object")],
            batch.Rejected.Select(rejected => (rejected.Index, rejected.EventId, rejected.Errors[0].Code)));
        Assert.Equal(["7", "[[]]", "null"], batch.Rejected.Skip(1).Select(rejected => Encoding.UTF8.GetString(rejected.Raw.Span)));
        Assert.StartsWith("{\"eventId\":\"a\"", Encoding.UTF8.GetString(batch.Rejected[0].Raw.Span), StringComparison.Ordinal);
        Assert.EndsWith(",\"isTest\":3}", Encoding.UTF8.GetString(batch.Rejected[0].Raw.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("[{},]")]
    [InlineData("{'eventId':1}")]
    [InlineData("// comment\n{}")]
    [InlineData("NaN")]
    [InlineData("\uFEFF{}")]
    public void Calls_a_body_that_is_not_json_malformed(string body) => Assert.ThrowsAny<JsonException>(() => FromJson(body));

    [Fact]
    public void Names_the_byte_that_is_not_utf8()
    {
        var body = (byte[])[.. "{\n\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8];

        var malformed = Assert.ThrowsAny<JsonException>(() => EventBatch.FromJson(body, Now));

        Assert.Equal("Not UTF-8 at line 2, byte 6.", MalformedBody.Describe(malformed));
    }

    [Fact]
    public void Takes_a_malformed_line_as_one_rejected_event()
    {
        byte[] body = [.. Encoding.UTF8.GetBytes($"{Samples.Event("a")}\r\n\n  \n{{\"eventId\":\n{Samples.Event("b")}{{}}\n"), 0xFF, .. Encoding.UTF8.GetBytes($"\n{Samples.Event("c")}")];

        var batch = EventBatch.FromLines(body, Now);

        Assert.Equal(5, batch.Received);
        Assert.Equal(["a", "c"], batch.Accepted.Select(read => read.EventId));
        Assert.Equal([1, 2, 3], batch.Rejected.Select(rejected => rejected.Index));
        Assert.All(batch.Rejected, rejected => Assert.Equal("malformed_json", Assert.Single(rejected.Errors).Code));
    }

    [Fact]
    public void Takes_ten_thousand_events_and_not_one_more()
    {
        var lines = string.Join('\n', Enumerable.Range(0, 10_000).Select(number => Samples.Event($"e{number}")));

        Assert.Equal(10_000, EventBatch.FromLines(Encoding.UTF8.GetBytes(lines), Now).Accepted.Count);
        Assert.Throws<TooManyEventsException>(() => EventBatch.FromLines(Encoding.UTF8.GetBytes(lines + "\n{}"), Now));
        Assert.Throws<TooManyEventsException>(() => FromJson($"[{string.Join(',', Enumerable.Repeat("1", 10_001))}]"));
    }

    private static EventBatch FromJson(string body) => EventBatch.FromJson(Encoding.UTF8.GetBytes(body), Now);

    private static void AssertRefused(string body, string path, string code)
    {
        var batch = FromJson(body);
        Assert.Empty(batch.Accepted);
        Assert.Contains(Assert.Single(batch.Rejected).Errors, error => error.Path == path && error.Code == code && error.Message.Length > 0);
    }
}
