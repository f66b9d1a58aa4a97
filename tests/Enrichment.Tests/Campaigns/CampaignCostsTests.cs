using System.Net;
using QrPlatform.Enrichment.Tests.Scans;

namespace QrPlatform.Enrichment.Tests.Campaigns;

[Collection(EnrichmentStackTests.Name)]
public sealed class CampaignCostsTests(EnrichmentStack stack)
{
    private const string Costs = "/v1/campaigns/camp/costs";

    [Fact]
    public async Task A_cost_that_is_sent_again_counts_once()
    {
        using var client = stack.SignIn(await stack.AddTenantAsync());
        var cost = new { id = "print", from = "2025-11-01", to = "2025-11-30", amount = 100, currency = "USD" };
        var first = await client.SendAsync("POST", Costs, cost);
        Assert.Equal((HttpStatusCode.Created, $"{Costs}/print", "\"1\""), (first.Status, first.Location, first.ETag));
        var again = await client.SendAsync("POST", Costs, cost with { amount = 100 });
        Assert.Equal((HttpStatusCode.OK, $"{Costs}/print", "\"1\""), (again.Status, again.Location, again.ETag));

        var other = await client.SendAsync("POST", Costs, cost with { amount = 101 });
        Assert.Equal((HttpStatusCode.Conflict, "cost_id_used"), (other.Status, other.Text("type")));
        Assert.Contains("2025-11-01 to 2025-11-30, 100 USD", other.Text("detail"), StringComparison.Ordinal);
        Assert.Single((await client.SendAsync("GET", Costs)).Json.GetProperty("data").EnumerateArray());
        Assert.Equal("100", (await client.SendAsync("GET", first.Location!)).Text("amount"));
    }

    [Fact]
    public async Task The_idempotency_key_is_the_costs_id_and_without_any_each_is_another_cost()
    {
        using var client = stack.SignIn(await stack.AddTenantAsync());
        var cost = new { from = "2025-11-01", to = "2025-11-01", amount = -12.34 };
        Assert.Equal(HttpStatusCode.Created, (await client.SendAsync("POST", Costs, cost, ("Idempotency-Key", "k1"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync("POST", Costs, cost, ("Idempotency-Key", "\"k1\""))).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.SendAsync("POST", Costs, new { id = "k2", cost.from, cost.to, cost.amount }, ("Idempotency-Key", "k1"))).Status);
        var free = await client.SendAsync("POST", Costs, cost);
        Assert.Equal((HttpStatusCode.Created, $"{Costs}/{free.Text("id")}"), (free.Status, free.Location));
        Assert.Equal(HttpStatusCode.Created, (await client.SendAsync("POST", Costs, cost)).Status);
        Assert.Equal(3, (await client.SendAsync("GET", Costs)).Json.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task A_removed_cost_is_gone_and_does_not_come_back()
    {
        using var client = stack.SignIn(await stack.AddTenantAsync());
        var cost = new { id = "x", from = "2025-11-01", to = "2025-11-01", amount = 5 };
        await client.SendAsync("POST", Costs, cost);
        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync("DELETE", $"{Costs}/x")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync("DELETE", $"{Costs}/x")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await client.SendAsync("DELETE", $"{Costs}/y")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await client.SendAsync("GET", $"{Costs}/x")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await client.SendAsync("POST", Costs, cost)).Status);
        Assert.Empty((await client.SendAsync("GET", Costs)).Json.GetProperty("data").EnumerateArray());
    }

    [Theory]
    [InlineData("""{"to": "2025-01-01", "amount": 1}""", "$.from required")]
    [InlineData("""{"from": "2025-02-30", "to": "2025-03-01", "amount": 1}""", "$.from not_a_date")]
    [InlineData("""{"from": "2025-01-02", "to": "2025-01-01", "amount": 1}""", "$.to out_of_range")]
    [InlineData("""{"from": "2020-01-01", "to": "2025-01-01", "amount": 1}""", "$.to out_of_range")]
    [InlineData("""{"from": "0001-01-01", "to": "9999-12-31", "amount": 1}""", "$.from not_a_date")]
    [InlineData("""{"from": "2025-01-01", "to": "2025-01-01", "amount": 0}""", "$.amount out_of_range")]
    [InlineData("""{"from": "2025-01-01", "to": "2025-01-01"}""", "$.amount required")]
    [InlineData("""{"from": "2025-01-01", "to": "2025-01-01", "amount": 0.001}""", "$.amount too_precise")]
    [InlineData("""{"from": "2025-01-01", "to": "2025-01-01", "amount": 1e14}""", "$.amount out_of_range")]
    [InlineData("""{"from": "2025-01-01", "to": "2025-01-01", "amount": 1, "currency": "EUR"}""", "$.currency fx_rate_missing")]
    [InlineData("""{"from": "2025-01-01", "to": "2025-01-01", "amount": 1, "day": 3}""", "$.day unknown_field")]
    [InlineData("""{"from": "2025-01-01", "to": "2025-01-01", "amount": 1, "id": "a/b"}""", "$.id invalid_id")]
    public async Task Says_which_field_of_a_cost_is_wrong(string body, string error)
    {
        using var client = stack.SignIn("demo");
        var reply = await client.SendAsync("POST", Costs, body);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, reply.Status);
        Assert.Contains(error, reply.Errors);
    }
}
