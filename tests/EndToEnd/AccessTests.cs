using System.Net;
using System.Text;
using Npgsql;
using QrPlatform.EndToEnd.Data;

namespace QrPlatform.EndToEnd;

[Collection(StackCollection.Name)]
public sealed class AccessTests(Stack stack)
{
    private const string From = "2024-05-01", To = "2024-05-31";

    private static readonly string[] Views =
    [
        "campaign_daily_summary", "campaign_monthly_summary", "campaign_quarter_hour_summary", "campaign_quarterly_summary", "campaign_weekly_summary",
        "dim_campaign", "dim_campaign_version", "dim_date", "dim_device", "dim_geography", "dim_placement", "dim_qr_code", "dim_visitor",
        "fact_campaign_cost", "fact_conversion", "fact_revenue", "fact_scan", "qr_analytics_tableau", "qr_scan_events", "relationship",
        "removed_row",
    ];

    [Fact]
    public async Task Shows_each_login_and_user_the_own_tenants_and_grants_rows_and_nothing_else()
    {
        await SendAsync(Door.DemoKey, "acc-demo-1", "acc-qr-granted", "camp_holiday_2025");
        await SendAsync(Door.DemoKey, "acc-demo-2", "acc-qr-other", "acc-camp-other");
        await SendAsync(Door.DemoKey, "acc-demo-3", "acc-qr-none", null);
        await SendAsync(Door.AcmeKey, "acc-acme-1", "acc-qr-acme", "camp_holiday_2025");
        await stack.DrainAsync("admin");
        await stack.DrainAsync("admin@acme");

        Assert.Equal(["acc-demo-1", "acc-demo-2", "acc-demo-3"], await ColumnAsync("bi_demo", "select event_id from bi.qr_scan_events where event_id like 'acc-%'"));
        Assert.Equal(["acc-demo-1"], await ColumnAsync("bi_demo_marketer", "select event_id from bi.qr_scan_events where event_id like 'acc-%'"));
        Assert.Equal(["acc-acme-1"], await ColumnAsync("bi_acme", "select event_id from bi.qr_scan_events where event_id like 'acc-%'"));
        Assert.Equal(["acc-qr-granted"], await ColumnAsync("bi_demo_marketer", "select qr_code_id from bi.dim_qr_code where qr_code_id like 'acc-%'"));
        Assert.Equal(["camp_holiday_2025"], await ColumnAsync("bi_demo_marketer", "select distinct campaign_id from bi.campaign_daily_summary"));

        // Settings that services use are no way around for a login.
        Assert.Equal(["acc-acme-1"], await ColumnAsync("bi_acme", "select set_config('app.tenant', 'demo', false), set_config('app.campaigns', 'all', false)", "select event_id from bi.qr_scan_events where event_id like 'acc-%'"));

        foreach (var (user, scans) in new[] { ("admin", 3), ("analyst", 3), ("marketer", 1), ("admin@acme", 1) })
        {
            using var client = await stack.SignInAsync(user);
            Assert.Equal(scans, await Stack.NumberAsync(client, "total_scans", From, To));
        }

        using var officer = await stack.SignInAsync("compliance");
        Assert.Equal(HttpStatusCode.Forbidden, (await officer.PostAsync("/v1/query", new StringContent("{}", Encoding.UTF8, "application/json"))).StatusCode);
    }

    [Theory]
    [InlineData("bi_demo")]
    [InlineData("bi_demo_marketer")]
    [InlineData("bi_acme")]
    public async Task Gives_a_BI_login_no_relation_but_the_published_views(string login)
    {
        Assert.Equal(Views, await ColumnAsync(login, "select table_name from information_schema.tables where table_schema = 'bi' order by 1"));
        Assert.Empty(await ColumnAsync(
            login,
            """
            select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and n.nspname not in ('pg_catalog', 'information_schema', 'bi') and n.nspname not like 'pg\_%'
              and (case when c.relkind = 'S' then has_sequence_privilege(c.oid, 'usage, select, update')
                   else has_table_privilege(c.oid, 'select, insert, update, delete, truncate, references, trigger') end)
              and has_schema_privilege(n.oid, 'usage')
            """));
        Assert.Empty(await ColumnAsync(login, "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'bi' and has_table_privilege(c.oid, 'insert, update, delete, truncate')"));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ColumnAsync(login, "select event_id from projection.event_fact"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        refused = await Assert.ThrowsAsync<PostgresException>(() => ColumnAsync(login, "create temporary table mine (id int)"));
        Assert.Contains(refused.SqlState, (string[])[PostgresErrorCodes.InsufficientPrivilege, PostgresErrorCodes.ReadOnlySqlTransaction]);
    }

    [Theory]
    [InlineData("{", 400)]
    [InlineData("[{\"eventId\": 7}]", 422)]
    [InlineData("nonsense", 400)]
    [InlineData("{\"eventId\":\"bad-1\",\"timestamp\":\"yesterday\",\"eventType\":\"SCAN\",\"qrCodeId\":\"q\"}", 422)]
    [InlineData("{\"eventId\":\"bad-\\u0000\",\"timestamp\":\"2024-05-02T00:00:00Z\",\"eventType\":\"SCAN\",\"qrCodeId\":\"q\"}", 422)]
    public async Task Refuses_a_bad_body_at_the_door_with_a_reason(string body, int status)
    {
        using var door = stack.WithBearer(Door.DemoKey);
        using var answer = await door.PostAsync("/v1/events", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.NotEmpty(await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Refuses_huge_and_deeply_nested_bodies_without_failing()
    {
        using var door = stack.WithBearer(Door.DemoKey);
        var huge = $"[{string.Join(',', Enumerable.Repeat($"\"{new string('x', 1 << 20)}\"", 18))}]";
        using var tooLarge = await door.PostAsync("/v1/events", new StringContent(huge, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLarge.StatusCode);
        using var tooDeep = await door.PostAsync("/v1/events", new StringContent(new string('[', 5000) + new string(']', 5000), Encoding.UTF8, "application/json"));
        Assert.InRange((int)tooDeep.StatusCode, 400, 499);
        using var unauthorized = await stack.Gateway.PostAsync("/v1/events", new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Unauthorized, unauthorized.StatusCode);
    }

    private async Task SendAsync(string key, string eventId, string code, string? campaign)
    {
        using var door = stack.WithBearer(key);
        var scan = new Event
        {
            EventId = eventId,
            Timestamp = new DateTimeOffset(2024, 5, 2, 12, 0, 0, TimeSpan.Zero),
            EventType = "SCAN",
            QrCodeId = code,
            VisitorId = $"v-{eventId}",
            SessionId = $"s-{eventId}",
            CampaignContext = campaign is null ? null : new Campaign(campaign, "Name", null, null),
        };
        await Door.SendAsync(door, [scan], new Random(1), 1);
    }

    private async Task<string[]> ColumnAsync(string login, params string[] statements)
    {
        await using var connection = await stack.ConnectAsync(login);
        var values = new List<string>();
        foreach (var sql in statements)
        {
            values.Clear();
            await using var command = new NpgsqlCommand(sql, connection);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) values.Add(reader.GetString(0));
        }

        return [.. values.Order(StringComparer.Ordinal)];
    }
}
