using System.Net;
using Npgsql;
using QrPlatform.Enrichment.Tests.Scans;
using QrPlatform.Testing;

namespace QrPlatform.Enrichment.Tests.Campaigns;

[Collection(EnrichmentStackTests.Name)]
public sealed class AuditTests(EnrichmentStack stack)
{
    [Fact]
    public async Task Who_changed_which_campaign_cost_code_and_placement_is_in_the_audit_log_once_and_what_changed_nothing_is_not()
    {
        var tenant = await stack.AddTenantAsync();
        using (var anna = stack.SignIn(tenant, user: "anna"))
        using (var ben = stack.SignIn(tenant, user: "ben"))
        {
            await anna.SendAsync("PUT", "/v1/campaigns/camp", new { name = "Spring" });
            await anna.SendAsync("PUT", "/v1/campaigns/camp", new { name = "Spring" });
            Assert.Equal(HttpStatusCode.PreconditionFailed, (await ben.SendAsync("PUT", "/v1/campaigns/camp", new { name = "Mine" }, ("If-Match", "\"7\""))).Status);
            await ben.SendAsync("POST", "/v1/campaigns/camp/costs", new { id = "print", from = "2025-11-01", to = "2025-11-30", amount = 100, currency = "USD" });
            await ben.SendAsync("DELETE", "/v1/campaigns/camp/costs/print");
            await anna.SendAsync("PUT", "/v1/qr-codes/poster", new { name = "Poster", campaignId = "camp", targetUrl = "https://example.com" });
            await anna.SendAsync("PUT", "/v1/placements/station", new { name = "Station", qrCodeId = "poster", kind = "POSTER" });
            await ben.SendAsync("POST", "/v1/placements/station/lifecycle", new { state = "installed", at = "2025-11-03T09:00:00Z" });
        }

        string[] expected =
        [
            "anna campaign.defined camp 1", "ben campaign.cost_recorded camp 2", "ben campaign.cost_removed camp 3",
            "anna qr_code.defined poster 1", "anna placement.defined station 1", "ben placement.state_changed station 2",
        ];
        await Eventually.TrueAsync(async () => (await AuditedAsync(tenant)).Count >= expected.Length, "the audit log has all of it");
        Assert.Equal(expected, await AuditedAsync(tenant));
    }

    private async Task<IReadOnlyList<string>> AuditedAsync(string tenant)
    {
        await using var find = stack.Database.CreateCommand("select concat_ws(' ', actor, action, object, details->>'version') from privacy.audit_log where tenant_id = $1 order by source_id");
        find.Parameters.Add(new NpgsqlParameter<string> { TypedValue = tenant });
        await using var reader = await find.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync()) found.Add(reader.GetString(0));
        return found;
    }
}
