using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using QrPlatform.Alerting.Tests.Hosting;
using QrPlatform.Testing;

namespace QrPlatform.Alerting.Tests;

public sealed class AlertTests
{
    private const string Secret = "whsec_c2VjcmV0LW9mLXRoZS10ZXN0LWVuZHBvaW50LTAwMQ==";

    [Fact]
    public async Task Fires_once_and_resolves_once_and_tells_of_it_when_the_sinks_come_back_whichever_instance_lives()
    {
        var (mailPort, hookPort) = (SmtpSink.FreePort(), SmtpSink.FreePort());
        string[] settings = [$"--Alerting:Smtp:Host=127.0.0.1", $"--Alerting:Smtp:Port={mailPort}", "--Alerting:Smtp:From=alerts@example.com", "--Alerting:PublicUrl=https://qr.example.com/"];
        await using var stack = await AlertingStack.StartAsync(settings);
        var second = await stack.AddInstanceAsync(settings);
        decimal[] values = [100, 100, 50, 40, 85, 60, 95, 100, 85, 100];
        for (var i = 0; i < values.Length; i++) stack.Numbers.Values[Make.Quarter(values.Length - i)] = (values[i], 100);

        await stack.PutRuleAsync("collapse", Make.Rule(
            Make.Quarter(values.Length), ["ops@example.com"], [new { url = $"http://127.0.0.1:{hookPort}/hook", secret = Secret }], name: "Scans <b>collapsed</b>\r\nBcc: evil@example.com €"));
        await Eventually.TrueAsync(
            async () => await stack.ScalarAsync<long>("select count(*) from alerting.evaluation") == values.Length
                && await stack.ScalarAsync<long>("select count(*) from alerting.delivery where attempts > 1") >= 2,
            "all intervals are evaluated and the sinks were tried in vain");
        Assert.Equal(4, await stack.ScalarAsync<long>("select count(*) from alerting.delivery where state = 'pending'"));

        // One instance goes, the other one finds the sinks back.
        await stack.StopAsync(second);
        await using var mails = SmtpSink.Start(mailPort);
        await using var hooks = await WebhookSink.StartAsync(hookPort);
        await Eventually.TrueAsync(async () => await stack.ScalarAsync<long>("select count(*) from alerting.delivery where state = 'delivered'") == 4, "everything is delivered");

        var incident = await stack.IncidentAsync(Assert.Single(await stack.IncidentsAsync()));
        Assert.Equal("resolved", incident.GetProperty("state").GetString());
        var history = incident.GetProperty("history").EnumerateArray().Select(e => e.GetProperty("type").GetString()).ToList();
        Assert.Equal(["incident_opened", "incident_observed", "incident_observed", "incident_resolved"], history.Take(4));
        Assert.Equal(4, history.Count(type => type == "incident_notified"));
        Assert.Equal(50, incident.GetProperty("history")[0].GetProperty("data").GetProperty("reading").GetProperty("value").GetDecimal());

        Assert.Equal(2, mails.Mails.Count);
        Assert.All(mails.Mails, mail => Assert.Equal("ops@example.com", mail.Recipient));
        Assert.DoesNotContain(mails.Mails, mail => mail.Data.Split("\r\n").Any(line => line.StartsWith("Bcc", StringComparison.OrdinalIgnoreCase)));
        var html = Decoded(mails.Mails.Single(mail => Decoded(mail.Data).Contains("below 80.", StringComparison.Ordinal)).Data);
        Assert.Contains("Scans &lt;b&gt;collapsed&lt;/b&gt;", html, StringComparison.Ordinal);
        Assert.Contains("https://qr.example.com/alerts/incidents/" + incident.GetProperty("id").GetString(), html, StringComparison.Ordinal);
        Assert.Contains("America/Los_Angeles", html, StringComparison.Ordinal);
        Assert.Contains(TimeZoneInfo.ConvertTimeBySystemTimeZoneId(Make.Quarter(8), "America/Los_Angeles").ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), html, StringComparison.Ordinal);

        var told = hooks.Calls.DistinctBy(call => call.Id).ToDictionary(call => JsonDocument.Parse(call.Body).RootElement.GetProperty("type").GetString()!, call => call);
        Assert.Equal(["incident.opened", "incident.resolved"], told.Keys.Order());
        foreach (var call in hooks.Calls) Verify(call);
        Assert.Equal(50, JsonDocument.Parse(told["incident.opened"].Body).RootElement.GetProperty("data").GetProperty("value").GetDecimal());
    }

    [Fact]
    public async Task A_message_whose_sender_died_comes_again_with_the_same_id()
    {
        var hookPort = SmtpSink.FreePort();
        await using var hooks = await WebhookSink.StartAsync(hookPort);
        hooks.Answer = context => Task.Delay(TimeSpan.FromSeconds(30), context.RequestAborted);
        await using var stack = await AlertingStack.StartAsync("--Alerting:Delivery:Timeout=00:00:01");
        stack.Numbers.Values[Make.Quarter(1)] = (1, 1);
        await stack.PutRuleAsync("r", Make.Rule(Make.Quarter(1), webhooks: [new { url = $"http://localhost:{hookPort}/", secret = Secret }]));
        await Eventually.TrueAsync(() => Task.FromResult(!hooks.Calls.IsEmpty), "the first try hangs");

        // As if it had died here: the next one finds the claim run out.
        var dying = await stack.AddInstanceAsync();
        await stack.StopAsync(dying);
        hooks.Answer = context =>
        {
            context.Response.StatusCode = 200;
            return Task.CompletedTask;
        };
        await Eventually.TrueAsync(async () => await stack.ScalarAsync<string>("select state from alerting.delivery") == "delivered", "it is delivered after all");
        Assert.True(hooks.Calls.Count >= 2);
        Assert.Single(hooks.Calls.Select(call => call.Id).Distinct());
        foreach (var call in hooks.Calls) Verify(call);
    }

    [Fact]
    public async Task What_cannot_be_delivered_is_parked_and_can_be_seen()
    {
        var hookPort = SmtpSink.FreePort();
        await using var hooks = await WebhookSink.StartAsync(hookPort);
        hooks.Answer = context =>
        {
            context.Response.StatusCode = context.Request.Path.Value switch { "/moved" => 302, "/gone" => 410, _ => 500 };
            context.Response.Headers.Location = $"http://127.0.0.1:{hookPort}/elsewhere";
            return Task.CompletedTask;
        };
        await using var stack = await AlertingStack.StartAsync("--Alerting:Delivery:MostAttempts=3");
        stack.Numbers.Values[Make.Quarter(1)] = (1, 1);
        await stack.PutRuleAsync("r", Make.Rule(Make.Quarter(1), ["ops@example.com"], [.. ((string[])[$"http://127.0.0.1:{hookPort}/moved", $"http://127.0.0.1:{hookPort}/gone", "http://10.1.2.3/", "http://[fd00::1]/"]).Select(url => new { url })]));
        await Eventually.TrueAsync(async () => await stack.ScalarAsync<long>("select count(*) from alerting.delivery where state <> 'pending'") == 5, "everything has ended");

        var deliveries = (await stack.IncidentAsync(Assert.Single(await stack.IncidentsAsync("?state=open")))).GetProperty("deliveries").EnumerateArray()
            .ToDictionary(delivery => delivery.GetProperty("target").GetString()!, delivery => (State: delivery.GetProperty("state").GetString(), Attempts: delivery.GetProperty("attempts").GetInt32(), Error: delivery.GetProperty("lastError").GetString()));
        Assert.Equal(("not_configured", 1), (deliveries["ops@example.com"].State, deliveries["ops@example.com"].Attempts));
        Assert.Equal(("failed", 3), (deliveries[$"http://127.0.0.1:{hookPort}/moved"].State, deliveries[$"http://127.0.0.1:{hookPort}/moved"].Attempts));
        Assert.Equal(("failed", 1), (deliveries[$"http://127.0.0.1:{hookPort}/gone"].State, deliveries[$"http://127.0.0.1:{hookPort}/gone"].Attempts));
        Assert.Contains("private", deliveries["http://10.1.2.3/"].Error, StringComparison.Ordinal);
        Assert.Contains("private", deliveries["http://[fd00::1]/"].Error, StringComparison.Ordinal);
        Assert.Equal(4, hooks.Calls.Count);
    }

    [Fact]
    public async Task Waits_for_the_projection_and_evaluates_each_interval_once_whatever_number_of_instances()
    {
        await using var stack = await AlertingStack.StartAsync();
        await stack.AddInstanceAsync();
        await stack.AddInstanceAsync();
        stack.Numbers.Behind = TimeSpan.FromHours(2);
        await stack.PutRuleAsync("r", Make.Rule(Make.Quarter(40)));
        await Eventually.TrueAsync(async () => await stack.ScalarAsync<long>("select count(*) from alerting.evaluation") >= 30, "what is projected is evaluated");
        Assert.True(await stack.ScalarAsync<bool>("select max(interval_end) <= now() - interval '2 hours' from alerting.evaluation"));
        stack.Numbers.Behind = TimeSpan.Zero;
        await Eventually.TrueAsync(async () => await stack.ScalarAsync<long>("select count(*) from alerting.evaluation") >= 40, "the rest, too");
        Assert.True(await stack.ScalarAsync<bool>("select count(*) = count(distinct interval_start) and bool_and(interval_end - interval_start = interval '15 minutes') and max(interval_end) - min(interval_start) = count(*) * interval '15 minutes' from alerting.evaluation"));
        Assert.Empty(await stack.IncidentsAsync());
    }

    [Fact]
    public async Task Opens_after_so_many_of_the_last_intervals_and_passes_over_what_says_nothing()
    {
        await using var stack = await AlertingStack.StartAsync();
        (decimal? Value, long? Scans)[] seen = [(10, 100), (100, 100), (10, 100), (null, 100), (10, 3), (10, 100), (null, 100), (85, 100), (95, 2), (90, 100)];
        for (var i = 0; i < seen.Length; i++) stack.Numbers.Values[Make.Quarter(seen.Length - i)] = seen[i];
        await stack.PutRuleAsync("r", Make.Rule(Make.Quarter(seen.Length), condition: new { @operator = "lt", threshold = 80, recoveryThreshold = 90, minimumScans = 50, breachCount = 2, breachOf = 4 }));
        await Eventually.TrueAsync(async () => await stack.ScalarAsync<long>("select count(*) from alerting.evaluation") == seen.Length, "all intervals are evaluated");

        await using var command = stack.Database.CreateCommand("select string_agg(outcome, ' ' order by interval_start) from alerting.evaluation");
        Assert.Equal("breach recovered breach no_data too_few_scans breach no_data between too_few_scans recovered", await command.ExecuteScalarAsync());
        var incident = await stack.IncidentAsync(Assert.Single(await stack.IncidentsAsync()));
        Assert.Equal(["incident_opened", "incident_observed", "incident_resolved"], incident.GetProperty("history").EnumerateArray().Select(e => e.GetProperty("type").GetString()));
        Assert.Equal(Make.Quarter(8), incident.GetProperty("history")[0].GetProperty("data").GetProperty("reading").GetProperty("from").GetDateTimeOffset());
    }

    [Fact]
    public async Task Takes_an_incident_on_and_ends_it_with_its_rule()
    {
        await using var stack = await AlertingStack.StartAsync();
        stack.Numbers.Values[Make.Quarter(1)] = (1, 1);
        await stack.PutRuleAsync("r", Make.Rule(Make.Quarter(1)));
        await Eventually.TrueAsync(async () => (await stack.IncidentsAsync()).Count == 1, "the incident is open");
        var path = $"/v1/alerts/incidents/{(await stack.IncidentsAsync())[0].GetProperty("id").GetString()}";

        Assert.Equal(404, (await stack.SendAsync(HttpMethod.Post, path + "/acknowledgement", tenant: "acme")).Status);
        Assert.Equal(403, (await stack.SendAsync(HttpMethod.Post, path + "/acknowledgement", role: "executive")).Status);
        var (status, taken) = await stack.SendAsync(HttpMethod.Post, path + "/acknowledgement", new { note = "On it" }, role: "operator");
        Assert.Equal((200, "acknowledged"), (status, taken.GetProperty("state").GetString()));
        Assert.Equal("On it", taken.GetProperty("history")[1].GetProperty("data").GetProperty("note").GetString());
        Assert.Equal(200, (await stack.SendAsync(HttpMethod.Post, path + "/acknowledgement")).Status);

        var removals = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => stack.SendAsync(HttpMethod.Delete, "/v1/alerts/rules/r")));
        Assert.Contains(removals, removal => removal.Status == 204);
        Assert.All(removals, removal => Assert.True(removal.Status is 204 or 404, $"{removal.Status}"));
        Assert.Equal("resolved", (await stack.SendAsync(HttpMethod.Get, path)).Body.GetProperty("state").GetString());
        Assert.Equal(409, (await stack.SendAsync(HttpMethod.Post, path + "/acknowledgement")).Status);
        Assert.Equal(404, (await stack.SendAsync(HttpMethod.Get, path, tenant: "acme")).Status);
        Assert.Empty(await stack.IncidentsAsync("?state=open"));
    }

    // The specification's own arithmetic, written down a second time.
    private static void Verify(Received call)
    {
        var key = Convert.FromBase64String(Secret["whsec_".Length..]);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{call.Id}.{call.Timestamp}."), .. call.Body];
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
        Assert.Equal(expected, call.Signature);
        Assert.InRange(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - long.Parse(call.Timestamp, CultureInfo.InvariantCulture), -5, 300);
        Assert.DoesNotContain('.', call.Id);
    }

    // Every base64 part of a mail, decoded.
    private static string Decoded(string mail)
    {
        var text = new StringBuilder(mail);
        foreach (var part in mail.Split("\r\n\r\n"))
        {
            var joined = part.Replace("\r\n", "", StringComparison.Ordinal);
            var end = joined.IndexOf("----", StringComparison.Ordinal);
            var bytes = new byte[mail.Length];
            if (Convert.TryFromBase64String(end > 0 ? joined[..end] : joined, bytes, out var length)) text.Append(Encoding.UTF8.GetString(bytes, 0, length));
        }

        return text.ToString();
    }
}
