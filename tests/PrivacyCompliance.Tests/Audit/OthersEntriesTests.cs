using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.PrivacyCompliance.Tests.Audit;

public sealed class OthersEntriesTests(PrivacyService service) : IClassFixture<PrivacyService>
{
    private const string Path = "/internal/v1/audit";

    [Fact]
    public async Task What_other_services_did_is_listed_once_however_often_it_is_told_and_to_its_tenant_only()
    {
        object[] notices =
        [
            new { source = "identity", id = 1, at = "2026-01-01T09:00:00+00:00", tenant = "demo", actor = "admin", action = "user.created", @object = "jo@demo", details = new { role = "analyst", campaigns = new[] { "a" } } },
            new { source = "identity", id = 2, at = "2026-01-01T09:01:00+00:00", tenant = "demo", actor = "admin", action = "user.removed", @object = "jo@demo", details = (object?)null },
            new { source = "bi_login", id = 1, at = "2026-01-01T09:02:00+00:00", tenant = "acme", actor = "admin@acme", action = "bi_login.created", @object = "bi_acme_x", details = new { campaigns = (string[]?)null } },
        ];
        foreach (var told in (object[][])[notices[..1], notices, notices])
        {
            using var answer = await service.Client().PostAsJsonAsync(Path, new { notices = told });
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        Assert.Equal(
            [
                """admin user.removed jo@demo null 2026-01-01T09:01:00+00:00""",
                """admin user.created jo@demo {"role":"analyst","campaigns":["a"]} 2026-01-01T09:00:00+00:00""",
            ],
            await ListAsync("demo"));
        Assert.Equal(["""admin@acme bi_login.created bi_acme_x {"campaigns":null} 2026-01-01T09:02:00+00:00"""], await ListAsync("acme"));
    }

    [Fact]
    public async Task Only_services_may_tell()
    {
        using var stranger = await service.Client("wrong").PostAsJsonAsync(Path, new { notices = Array.Empty<object>() });
        using var user = await service.User(Roles.Administrator).PostAsJsonAsync(Path, new { notices = Array.Empty<object>() });
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (stranger.StatusCode, user.StatusCode));
    }

    private async Task<IEnumerable<string>> ListAsync(string tenant)
    {
        var log = await service.User(tenant: tenant).GetFromJsonAsync<JsonElement>("/v1/audit");
        return log.GetProperty("data").EnumerateArray().Select(entry =>
            $"{entry.GetProperty("actor")} {entry.GetProperty("action")} {entry.GetProperty("object")} {entry.GetProperty("details").GetRawText().Replace(" ", "", StringComparison.Ordinal)} {entry.GetProperty("at")}");
    }
}
