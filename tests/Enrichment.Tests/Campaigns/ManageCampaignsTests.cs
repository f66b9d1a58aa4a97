using System.Net;
using QrPlatform.Enrichment.Tests.Scans;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Enrichment.Tests.Campaigns;

[Collection(EnrichmentStackTests.Name)]
public sealed class ManageCampaignsTests(EnrichmentStack stack)
{
    private static readonly object Spring = new
    {
        name = "Spring",
        goal = "SALES",
        channel = "PRINT",
        contentCategory = "Retail",
        businessUnit = "North",
        budget = 1500.5,
        currency = "USD",
        target = new { metric = "total_scans", value = 1000 },
    };

    [Fact]
    public async Task Describes_a_campaign_and_appends_nothing_when_the_same_comes_again()
    {
        var tenant = await stack.AddTenantAsync();
        using var client = stack.SignIn(tenant, user: "anna");

        var first = await client.SendAsync("PUT", "/v1/campaigns/camp_1", Spring);
        Assert.Equal((HttpStatusCode.Created, "\"1\"", "/v1/campaigns/camp_1"), (first.Status, first.ETag, first.Location));
        var again = await client.SendAsync("PUT", "/v1/campaigns/camp_1", Spring);
        Assert.Equal((HttpStatusCode.OK, "\"1\""), (again.Status, again.ETag));
        var changed = await client.SendAsync("PUT", "/v1/campaigns/camp_1", new { name = "Spring 2" });
        Assert.Equal((HttpStatusCode.OK, "\"2\""), (changed.Status, changed.ETag));

        var read = await client.SendAsync("GET", "/v1/campaigns/camp_1");
        Assert.Equal(("camp_1", "Spring 2", null, "2", "anna"), (read.Text("id"), read.Text("name"), read.Text("budget"), read.Text("version"), read.Text("changedBy")));
        Assert.Equal(
            ["c-camp_1 1 campaign_defined anna", "c-camp_1 2 campaign_changed anna"],
            await StoredAsync(tenant, "select stream_id || ' ' || version || ' ' || type || ' ' || (headers->>'user') from events.mt_events where tenant_id = $1 order by seq_id"));
    }

    [Fact]
    public async Task What_was_read_can_be_sent_back()
    {
        using var client = stack.SignIn(await stack.AddTenantAsync());
        await client.SendAsync("PUT", "/v1/campaigns/camp_1", Spring);
        var read = await client.SendAsync("GET", "/v1/campaigns/camp_1");
        var back = await client.SendAsync("PUT", "/v1/campaigns/camp_1", read.Json.GetRawText(), ("If-Match", read.ETag!));
        Assert.Equal((HttpStatusCode.OK, "\"1\""), (back.Status, back.ETag));
    }

    [Fact]
    public async Task Refuses_a_change_that_was_meant_for_another_version()
    {
        using var client = stack.SignIn(await stack.AddTenantAsync());
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await client.SendAsync("PUT", "/v1/campaigns/c", Spring, ("If-Match", "*"))).Status);
        Assert.Equal(HttpStatusCode.Created, (await client.SendAsync("PUT", "/v1/campaigns/c", Spring, ("If-None-Match", "*"))).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await client.SendAsync("PUT", "/v1/campaigns/c", Spring, ("If-None-Match", "*"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync("PUT", "/v1/campaigns/c", new { name = "b" }, ("If-Match", "\"1\""))).Status);

        var stale = await client.SendAsync("PUT", "/v1/campaigns/c", new { name = "c" }, ("If-Match", "\"1\""));
        Assert.Equal((HttpStatusCode.PreconditionFailed, "precondition_failed"), (stale.Status, stale.Text("type")));
        Assert.Contains("\"2\"", stale.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await client.SendAsync("PUT", "/v1/campaigns/c", new { name = "c" }, ("If-Match", "W/\"2\""))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.SendAsync("PUT", "/v1/campaigns/c", new { name = "c" }, ("If-Match", "2"))).Status);
        Assert.Equal("b", (await client.SendAsync("GET", "/v1/campaigns/c")).Text("name"));
    }

    [Fact]
    public async Task Of_writers_at_once_with_the_same_etag_one_wins_and_without_etag_all_do()
    {
        var tenant = await stack.AddTenantAsync();
        using var client = stack.SignIn(tenant);
        await client.SendAsync("PUT", "/v1/campaigns/c", Spring);

        var meant = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => client.SendAsync("PUT", "/v1/campaigns/c", new { name = $"n{i}" }, ("If-Match", "\"1\""))));
        Assert.Single(meant, reply => reply.Status == HttpStatusCode.OK);
        Assert.Equal(7, meant.Count(reply => reply.Status == HttpStatusCode.PreconditionFailed));

        var any = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => client.SendAsync("POST", "/v1/campaigns/c/costs", new { id = $"c{i}", from = "2025-11-01", to = "2025-11-02", amount = 1 })));
        Assert.All(any, reply => Assert.Equal(HttpStatusCode.Created, reply.Status));
        Assert.Equal(["1", "2", "3", "4", "5", "6"], await StoredAsync(tenant, "select version::text from events.mt_events where tenant_id = $1 order by version"));
        Assert.Equal("6", (await client.SendAsync("GET", "/v1/campaigns/c")).Text("version"));
    }

    public static TheoryData<string, string, string> Bodies => new()
    {
        { "c", "{}", "$.name required" },
        { "c", """{"name": "  "}""", "$.name required" },
        { "c", """{"name": 7}""", "$.name wrong_type" },
        { "c", """{"name": "a\u0000b"}""", "$.name invalid_character" },
        { "c", $$"""{"name": "{{new string('x', 501)}}"}""", "$.name too_long" },
        { "c", """{"name": "a", "colour": "red"}""", "$.colour unknown_field" },
        { "c", """{"name": "a", "budget": -1}""", "$.budget out_of_range" },
        { "c", """{"name": "a", "budget": 1e400}""", "$.budget out_of_range" },
        { "c", """{"name": "a", "budget": "12"}""", "$.budget wrong_type" },
        { "c", """{"name": "a", "budget": 1.001}""", "$.budget too_precise" },
        { "c", """{"name": "a", "budget": 1.5, "currency": "JPY"}""", "$.budget too_precise" },
        { "c", """{"name": "a", "budget": 1, "currency": "usd"}""", "$.currency invalid_currency" },
        { "c", """{"name": "a", "target": {"metric": "total scans", "value": 1}}""", "$.target.metric unknown_metric" },
        { "c", """{"name": "a", "target": {"metric": "total_scans"}}""", "$.target.value required" },
        { "c", """{"name": "a", "target": 5}""", "$.target wrong_type" },
        { "%20", """{"name": "a"}""", "id invalid_id" },
        { "a%2Fb", """{"name": "a"}""", "id invalid_id" },
        { new string('x', 201), """{"name": "a"}""", "id invalid_id" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Says_which_field_of_a_description_is_wrong(string id, string body, string error)
    {
        using var client = stack.SignIn("demo");
        var reply = await client.SendAsync("PUT", $"/v1/campaigns/{id}", body);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, reply.Status);
        Assert.Contains(error, reply.Errors);
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("[]", 400)]
    [InlineData("""{"name": "\ud800"}""", 400)]
    public async Task Refuses_what_is_no_json_object(string body, int status)
    {
        using var client = stack.SignIn("demo");
        Assert.Equal(status, (int)(await client.SendAsync("PUT", "/v1/campaigns/c", body)).Status);
    }

    [Fact]
    public async Task Refuses_a_body_that_is_too_large_and_a_path_that_is_no_text()
    {
        using var client = stack.SignIn("demo");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await client.SendAsync("PUT", "/v1/campaigns/c", $$"""{"name": "{{new string('x', 100_000)}}"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await client.SendAsync("GET", "/v1/campaigns/nobody-knows-it")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.SendAsync("GET", "/v1/campaigns?limit=0")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.SendAsync("GET", "/v1/campaigns?cursor=%00")).Status);
    }

    [Fact]
    public async Task Lets_a_user_change_and_see_granted_campaigns_only()
    {
        var tenant = await stack.AddTenantAsync();
        using var admin = stack.SignIn(tenant);
        using var marketer = stack.SignIn(tenant, Roles.Analyst, "marketer", "mine");
        using var executive = stack.SignIn(tenant, Roles.Executive);
        using var officer = stack.SignIn(tenant, Roles.ComplianceOfficer);
        using var other = stack.SignIn(await stack.AddTenantAsync());
        await admin.SendAsync("PUT", "/v1/campaigns/theirs", Spring);

        var refused = await marketer.SendAsync("PUT", "/v1/campaigns/theirs", Spring);
        Assert.Equal((HttpStatusCode.Forbidden, "campaign_not_granted"), (refused.Status, refused.Text("type")));
        Assert.Equal(HttpStatusCode.Forbidden, (await marketer.SendAsync("POST", "/v1/campaigns/theirs/costs", new { from = "2025-01-01", to = "2025-01-01", amount = 5 })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await marketer.SendAsync("GET", "/v1/campaigns/theirs")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await marketer.SendAsync("GET", "/v1/campaigns/theirs/costs")).Status);
        Assert.Equal(HttpStatusCode.Created, (await marketer.SendAsync("PUT", "/v1/campaigns/mine", Spring)).Status);

        Assert.Equal(["mine"], Ids(await marketer.SendAsync("GET", "/v1/campaigns")));
        Assert.Equal(["mine", "theirs"], Ids(await executive.SendAsync("GET", "/v1/campaigns")));
        Assert.Equal(HttpStatusCode.Forbidden, (await executive.SendAsync("PUT", "/v1/campaigns/mine", Spring)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await officer.SendAsync("GET", "/v1/campaigns")).Status);
        Assert.Empty(Ids(await other.SendAsync("GET", "/v1/campaigns")));
        Assert.Equal(HttpStatusCode.NotFound, (await other.SendAsync("GET", "/v1/campaigns/mine")).Status);
    }

    [Fact]
    public async Task Lists_in_pages()
    {
        using var client = stack.SignIn(await stack.AddTenantAsync());
        foreach (var id in (string[])["b", "Ä", "a", "%41"]) await client.SendAsync("PUT", $"/v1/campaigns/{id}", Spring);
        var first = await client.SendAsync("GET", "/v1/campaigns?limit=3");
        Assert.Equal(["A", "a", "b"], Ids(first));
        var second = await client.SendAsync("GET", $"/v1/campaigns?limit=3&cursor={first.Text("nextCursor")}");
        Assert.Equal(["Ä"], Ids(second));
        Assert.Null(second.Text("nextCursor"));
    }

    private static IReadOnlyList<string> Ids(Reply reply) => [.. reply.Json.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];

    private async Task<IReadOnlyList<string>> StoredAsync(string tenant, string sql)
    {
        await using var command = stack.Database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = tenant });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }
}
