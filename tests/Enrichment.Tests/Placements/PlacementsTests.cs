using System.Net;
using QrPlatform.Enrichment.Tests.Campaigns;
using QrPlatform.Enrichment.Tests.Scans;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Enrichment.Tests.Placements;

[Collection(EnrichmentStackTests.Name)]
public sealed class PlacementsTests(EnrichmentStack stack)
{
    [Fact]
    public async Task Follows_a_placement_through_its_life_in_whatever_order_it_is_reported()
    {
        var tenant = await stack.AddTenantAsync();
        using var client = stack.SignIn(tenant);
        await client.SendAsync("PUT", "/v1/qr-codes/q1", new { name = "Poster", campaignId = "camp", targetUrl = "https://example.com/a?b=c" });
        var place = new { name = "Station", qrCodeId = "q1", kind = "POSTER", country = "DE", region = "BE", city = "Berlin", latitude = 52.5251, longitude = 13.3694, timeZone = "europe/berlin" };
        var made = await client.SendAsync("PUT", "/v1/placements/p1", place);
        Assert.Equal((HttpStatusCode.Created, "designed", null), (made.Status, made.Text("state"), made.Text("installedAt")));
        Assert.Equal("Europe/Berlin", made.Text("timeZone"));

        var installed = await client.SendAsync("POST", "/v1/placements/p1/lifecycle", new { state = "installed", at = "2025-11-03T09:00:00+01:00" });
        var printed = await client.SendAsync("POST", "/v1/placements/p1/lifecycle", new { state = "printed", at = "2025-11-01T09:00:00Z" });
        Assert.Equal(("installed", "2025-11-03T08:00:00+00:00", "\"3\""), (printed.Text("state"), printed.Text("installedAt"), printed.ETag));
        var again = await client.SendAsync("POST", "/v1/placements/p1/lifecycle", new { state = "installed", at = "2025-11-03T08:00:00Z" });
        Assert.Equal(("\"2\"", "\"3\""), (installed.ETag, again.ETag));
        Assert.Equal("damaged", (await client.SendAsync("POST", "/v1/placements/p1/lifecycle", new { state = "damaged" })).Text("state"));
        Assert.Equal("\"4\"", (await client.SendAsync("POST", "/v1/placements/p1/lifecycle", new { state = "damaged" })).ETag);

        Assert.Equal("\"4\"", (await client.SendAsync("PUT", "/v1/placements/p1", place)).ETag);
        var moved = await client.SendAsync("PUT", "/v1/placements/p1", place with { city = "Potsdam" });
        Assert.Equal(("Potsdam", "damaged"), (moved.Text("city"), moved.Text("state")));
        await client.SendAsync("PUT", "/v1/placements/p1", place with { city = "Potsdam", name = "Other" });
        Assert.Equal(
            ["placement_defined", "placement_state_changed", "placement_state_changed", "placement_state_changed", "placement_moved", "placement_changed"],
            await TypesAsync(tenant));
        Assert.Equal("p1", (await client.SendAsync("GET", "/v1/placements?qrCodeId=q1")).Json.GetProperty("data")[0].GetProperty("id").GetString());
        Assert.Empty((await client.SendAsync("GET", "/v1/placements?qrCodeId=q2")).Json.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Codes_and_placements_belong_to_their_campaign()
    {
        var tenant = await stack.AddTenantAsync();
        using var admin = stack.SignIn(tenant);
        using var marketer = stack.SignIn(tenant, Roles.Analyst, "marketer", "mine");
        await admin.SendAsync("PUT", "/v1/qr-codes/theirs", new { name = "T", campaignId = "other" });
        await admin.SendAsync("PUT", "/v1/placements/theirs", new { name = "T", qrCodeId = "theirs" });

        Assert.Equal(HttpStatusCode.Forbidden, (await marketer.SendAsync("PUT", "/v1/qr-codes/theirs", new { name = "T", campaignId = "mine" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await marketer.SendAsync("PUT", "/v1/qr-codes/new", new { name = "T" })).Status);
        Assert.Equal(HttpStatusCode.Created, (await marketer.SendAsync("PUT", "/v1/qr-codes/mine", new { name = "T", campaignId = "mine" })).Status);
        Assert.Equal(HttpStatusCode.Created, (await marketer.SendAsync("PUT", "/v1/placements/mine", new { name = "T", qrCodeId = "mine" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await marketer.SendAsync("PUT", "/v1/placements/mine", new { name = "T", qrCodeId = "theirs" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await marketer.SendAsync("PUT", "/v1/placements/theirs", new { name = "T", qrCodeId = "mine" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await marketer.SendAsync("POST", "/v1/placements/theirs/lifecycle", new { state = "removed" })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await marketer.SendAsync("GET", "/v1/placements/theirs")).Status);
        Assert.Equal(1, (await marketer.SendAsync("GET", "/v1/placements")).Json.GetProperty("data").GetArrayLength());
        Assert.Equal(2, (await admin.SendAsync("GET", "/v1/placements")).Json.GetProperty("data").GetArrayLength());
    }

    [Theory]
    [InlineData("PUT", "/v1/placements/p", """{"name": "a"}""", "$.qrCodeId required")]
    [InlineData("PUT", "/v1/placements/p", """{"name": "a", "qrCodeId": "q", "timeZone": "EET"}""", "$.timeZone unknown_time_zone")]
    [InlineData("PUT", "/v1/placements/p", """{"name": "a", "qrCodeId": "q", "latitude": 91, "longitude": 0}""", "$.latitude out_of_range")]
    [InlineData("PUT", "/v1/placements/p", """{"name": "a", "qrCodeId": "q", "latitude": 9}""", "$.longitude required")]
    [InlineData("PUT", "/v1/placements/p", """{"name": "a", "qrCodeId": "q", "latitude": "9", "longitude": 1}""", "$.latitude wrong_type")]
    [InlineData("POST", "/v1/placements/p/lifecycle", """{"state": "Installed"}""", "$.state unknown_state")]
    [InlineData("POST", "/v1/placements/p/lifecycle", """{"at": "2025-01-01T00:00:00Z"}""", "$.state required")]
    [InlineData("POST", "/v1/placements/p/lifecycle", """{"state": "installed", "at": "2025-01-01"}""", "$.at not_an_instant")]
    [InlineData("POST", "/v1/placements/p/lifecycle", """{"state": "installed", "at": "2025-01-01T00:00:00"}""", "$.at not_an_instant")]
    [InlineData("POST", "/v1/placements/p/lifecycle", """{"state": "installed", "at": "2190-01-01T00:00:00Z"}""", "$.at in_future")]
    [InlineData("PUT", "/v1/qr-codes/q", """{"name": "a", "targetUrl": "javascript:alert(1)"}""", "$.targetUrl invalid_url")]
    [InlineData("PUT", "/v1/qr-codes/q", """{"name": "a", "targetUrl": "//example.com"}""", "$.targetUrl invalid_url")]
    [InlineData("PUT", "/v1/qr-codes/q", """{"name": "a", "targetUrl": "https://me:secret@example.com"}""", "$.targetUrl invalid_url")]
    public async Task Says_which_field_is_wrong(string method, string path, string body, string error)
    {
        using var client = stack.SignIn("demo");
        var reply = await client.SendAsync(method, path, body);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, reply.Status);
        Assert.Contains(error, reply.Errors);
    }

    [Fact]
    public async Task A_placement_that_nobody_described_has_no_life()
    {
        using var client = stack.SignIn(await stack.AddTenantAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await client.SendAsync("POST", "/v1/placements/p/lifecycle", new { state = "installed" })).Status);
    }

    private async Task<IReadOnlyList<string>> TypesAsync(string tenant)
    {
        await using var command = stack.Database.CreateCommand("select type from events.mt_events where tenant_id = $1 and stream_id like 'p-%' order by seq_id");
        command.Parameters.Add(new() { Value = tenant });
        await using var reader = await command.ExecuteReaderAsync();
        var types = new List<string>();
        while (await reader.ReadAsync()) types.Add(reader.GetString(0));
        return types;
    }
}
