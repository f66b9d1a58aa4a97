using System.Text.Json;
using System.Text.Json.Nodes;
using QrPlatform.Alerting.Tests.Hosting;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Alerting.Tests.Rules;

public sealed class ManageRulesTests : IAsyncLifetime
{
    private AlertingStack _stack = null!;

    public async Task InitializeAsync() => _stack = await AlertingStack.StartAsync();

    public async Task DisposeAsync() => await _stack.DisposeAsync();

    [Fact]
    public async Task Writes_shows_changes_and_deletes_a_rule_and_tells_a_made_secret_once()
    {
        var made = await _stack.PutRuleAsync("r-1", Make.Rule(null, ["a@example.com"], [new { url = "https://example.com/hook" }]));
        Assert.StartsWith("whsec_", made.GetProperty("notify").GetProperty("webhooks")[0].GetProperty("secret").GetString(), StringComparison.Ordinal);
        Assert.Equal((1, 90m), (made.GetProperty("version").GetInt32(), made.GetProperty("condition").GetProperty("recoveryThreshold").GetDecimal()));
        Assert.Equal(DateTimeOffset.Parse(made.GetProperty("evaluatedUntil").GetString()!, null), Make.Quarter(0));
        var series = await _stack.ScalarAsync<Guid>("select series_id from alerting.rule");

        var (_, shown) = await _stack.SendAsync(HttpMethod.Get, "/v1/alerts/rules/r-1");
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("notify").GetProperty("webhooks")[0].GetProperty("secret").ValueKind);
        Assert.False(await _stack.ScalarAsync<bool>("select definition::text like '%whsec_%' from alerting.rule"));

        // Another threshold goes on with the same series; another metric does not.
        var changed = await _stack.PutRuleAsync("r-1", Make.Rule(null, [], [new { url = "https://example.com/hook" }], new { @operator = "lt", threshold = 10 }));
        Assert.Equal((2, JsonValueKind.Null), (changed.GetProperty("version").GetInt32(), changed.GetProperty("notify").GetProperty("webhooks")[0].GetProperty("secret").ValueKind));
        Assert.Equal(series, await _stack.ScalarAsync<Guid>("select series_id from alerting.rule"));
        await _stack.PutRuleAsync("r-1", Make.Rule(metric: "revenue"));
        Assert.NotEqual(series, await _stack.ScalarAsync<Guid>("select series_id from alerting.rule"));

        Assert.Equal(204, (await _stack.SendAsync(HttpMethod.Delete, "/v1/alerts/rules/r-1")).Status);
        Assert.Equal(404, (await _stack.SendAsync(HttpMethod.Delete, "/v1/alerts/rules/r-1")).Status);

        // The audit log is told who did what, and is not there to take it.
        Assert.Equal(
            "alert_rule.created r-1 1, alert_rule.changed r-1 2, alert_rule.changed r-1 3, alert_rule.removed r-1 3",
            await _stack.ScalarAsync<string>("select string_agg(concat_ws(' ', n.body->>'action', n.body->>'object', n.body->'details'->>'version'), ', ' order by n.id) from alerting.notice n"));
        Assert.Equal(1, await _stack.ScalarAsync<long>("select count(distinct n.body->>'actor') from alerting.notice n where n.body->>'actor' <> '' and n.body->>'tenant' = 'demo'"));
    }

    [Fact]
    public async Task Rules_are_the_tenants_and_of_whom_their_campaigns_allow()
    {
        await _stack.PutRuleAsync("all", Make.Rule());
        var (status, _) = await _stack.SendAsync(HttpMethod.Put, "/v1/alerts/rules/mine", Make.Rule(), Roles.Analyst, "demo", "camp_a");
        Assert.Equal(201, status);
        Assert.Equal(["all", "mine"], await ListAsync(Roles.Operator, "demo"));
        Assert.Equal(["mine"], await ListAsync(Roles.Analyst, "demo", "camp_a", "camp_b"));
        Assert.Equal([], await ListAsync(Roles.Analyst, "demo", "camp_b"));
        Assert.Equal([], await ListAsync(Roles.Administrator, "acme"));
        Assert.Equal(404, (await _stack.SendAsync(HttpMethod.Put, "/v1/alerts/rules/all", Make.Rule(), Roles.Analyst, "demo", "camp_a")).Status);
        Assert.Contains(_stack.Numbers.Questions, question => question.GetProperty("campaigns").ValueKind == JsonValueKind.Array && question.GetProperty("campaigns")[0].GetString() == "camp_a");

        foreach (var (role, read, write) in ((string, int, int)[])[(Roles.Operator, 200, 403), (Roles.Executive, 403, 403), (Roles.ComplianceOfficer, 403, 403), (Roles.Analyst, 200, 200)])
        {
            Assert.Equal(read, (await _stack.SendAsync(HttpMethod.Get, "/v1/alerts/rules/all", role: role)).Status);
            Assert.Equal(write, (await _stack.SendAsync(HttpMethod.Put, "/v1/alerts/rules/all", Make.Rule(), role)).Status);
        }
    }

    [Theory]
    [InlineData("name", "null", "$.name")]
    [InlineData("interval", "\"week\"", "$.interval")]
    [InlineData("metric", "\"nothing\"", "$.metric")]
    [InlineData("severity", "\"red\"", "$.severity")]
    [InlineData("noData", "true", "$.noData")]
    [InlineData("enabled", "\"yes\"", "$.enabled")]
    [InlineData("evaluateFrom", "\"yesterday\"", "$.evaluateFrom")]
    [InlineData("evaluateFrom", "\"2020-01-01T00:00:00Z\"", "$.evaluateFrom")]
    [InlineData("threshold", "1", "$.threshold")]
    [InlineData("condition", """{"operator": "eq", "threshold": 1}""", "$.condition.operator")]
    [InlineData("condition", """{"operator": "lt"}""", "$.condition.threshold")]
    [InlineData("condition", """{"operator": "lt", "threshold": 10, "recoveryThreshold": 9}""", "$.condition.recoveryThreshold")]
    [InlineData("condition", """{"operator": "gt", "threshold": 10, "recoveryThreshold": 11}""", "$.condition.recoveryThreshold")]
    [InlineData("condition", """{"operator": "gt", "threshold": 10, "breachCount": 3, "breachOf": 2}""", "$.condition.breachOf")]
    [InlineData("notify", """{"emails": ["a@example.com\r\nBcc: b@example.com"]}""", "$.notify.emails[0]")]
    [InlineData("notify", """{"emails": ["A <a@example.com>"]}""", "$.notify.emails[0]")]
    [InlineData("notify", """{"webhooks": [{"url": "ftp://example.com"}]}""", "$.notify.webhooks[0].url")]
    [InlineData("notify", """{"webhooks": [{"url": "https://user:pass@example.com"}]}""", "$.notify.webhooks[0].url")]
    [InlineData("notify", """{"webhooks": [{"url": "https://example.com", "secret": "short"}]}""", "$.notify.webhooks[0].secret")]
    public async Task Names_the_field_that_is_wrong(string field, string value, string path)
    {
        var rule = JsonSerializer.SerializeToNode(Make.Rule())!.AsObject();
        rule[field] = JsonNode.Parse(value);
        var (status, problem) = await _stack.SendAsync(HttpMethod.Put, "/v1/alerts/rules/r", rule);
        Assert.Equal(422, status);
        Assert.Contains(path, problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("path").GetString()));
    }

    [Fact]
    public void A_name_that_would_break_a_header_becomes_one_line()
    {
        var text = new QrPlatform.Alerting.Delivery.MessageText(
            new("opened", Guid.Empty, "r", "Evil\r\nBcc: x@example.com", "info", "total_scans", "lt", 1, 1, 0.5m, null, Make.Quarter(2), Make.Quarter(1), "UTC"), "http://x");
        Assert.Equal("[info] Alert: Evil  Bcc: x@example.com", text.Subject);
        Assert.Contains("0.5, below 1", text.Plain, StringComparison.Ordinal);
    }

    private async Task<IEnumerable<string?>> ListAsync(string role, string tenant, params string[] campaigns) =>
        (await _stack.SendAsync(HttpMethod.Get, "/v1/alerts/rules", null, role, tenant, campaigns)).Body.GetProperty("rules").EnumerateArray().Select(rule => rule.GetProperty("id").GetString()).ToList();
}
