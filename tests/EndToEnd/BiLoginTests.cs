using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;

namespace QrPlatform.EndToEnd;

[Collection(StackCollection.Name)]
public sealed class BiLoginTests(Stack stack)
{
    [Fact]
    public async Task An_administrator_makes_changes_and_removes_a_login()
    {
        var name = $"bi_demo_{Guid.NewGuid():N}"[..20];
        using var admin = await stack.SignInAsync("admin");
        using var made = await admin.PutAsJsonAsync($"/v1/bi-logins/{name}", new { campaigns = new[] { "camp_holiday_2025" } });
        Assert.Equal((HttpStatusCode.Created, $"/v1/bi-logins/{name}"), (made.StatusCode, made.Headers.Location?.ToString()));
        var password = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("password").GetString()!;
        Assert.Equal("America/Los_Angeles", await AskAsync(name, password));

        using var shown = await admin.GetAsync($"/v1/bi-logins/{name}");
        Assert.False((await shown.Content.ReadFromJsonAsync<JsonElement>()).TryGetProperty("password", out _));
        using var stale = new HttpRequestMessage(HttpMethod.Put, $"/v1/bi-logins/{name}") { Content = JsonContent.Create(new { }), Headers = { IfMatch = { new EntityTagHeaderValue("\"99\"") } } };
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await admin.SendAsync(stale)).StatusCode);
        using var renewed = await admin.PostAsync($"/v1/bi-logins/{name}/password", null);
        await Assert.ThrowsAsync<PostgresException>(() => AskAsync(name, password));
        Assert.Equal("America/Los_Angeles", await AskAsync(name, (await renewed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("password").GetString()!));

        foreach (var (path, body, field) in new (string, object, string)[]
        {
            ("bi_acme_mine", new { }, "name"), ("bi_demo_Mine", new { }, "name"), ("postgres", new { }, "name"), ($"bi_demo_{new string('x', 80)}", new { }, "name"),
            (name, new { campaigns = "all" }, "$.campaigns"), (name, new { campaigns = new object[] { 7 } }, "$.campaigns[0]"), (name, new { password = "short" }, "$.password"), (name, new { campaign = "x" }, "$.campaign"),
        })
        {
            using var refused = await admin.PutAsJsonAsync($"/v1/bi-logins/{path}", body);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Equal(field, (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0].GetProperty("path").GetString());
        }

        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync($"/v1/bi-logins/{name}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.DeleteAsync($"/v1/bi-logins/{name}")).StatusCode);
        var changes = (await admin.GetFromJsonAsync<JsonElement>("/v1/bi-logins/changes")).GetProperty("data").EnumerateArray().Where(change => change.GetProperty("login").GetString() == name);
        Assert.Equal(["admin removed", "admin password", "admin created"], changes.Select(change => $"{change.GetProperty("actor").GetString()} {change.GetProperty("action").GetString()}"));
    }

    private async Task<string?> AskAsync(string login, string password)
    {
        var settings = new NpgsqlConnectionStringBuilder(await stack.DatabaseAsync()) { Pooling = false, Username = login, Password = password };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select distinct time_zone from dim_date", connection);
        return await command.ExecuteScalarAsync() as string;
    }
}
