using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using QrPlatform.EndToEnd.Data;
using QrPlatform.Testing;

namespace QrPlatform.EndToEnd.Isolation;

/// <summary>
/// Something of everything, of one tenant or of one campaign in it, with contents that occur nowhere else: a mark in every text, and an amount
/// whose sums with others' amounts can be told apart.
/// </summary>
internal sealed record Belongings(string Tenant, string Owner, string Mark, decimal Amount)
{
    public static readonly DateTimeOffset At = new(2022, 8, 10, 20, 0, 0, TimeSpan.Zero);

    private readonly string _salt = Guid.NewGuid().ToString("N")[..10];

    public required string Campaign { get; init; }

    public string Code => $"code-{_salt}";

    public string Placement => $"place-{_salt}";

    public string Cost => $"cost-{_salt}";

    public string Rule => $"rule-{_salt}";

    public string Login => $"bi_{Tenant}_{_salt}";

    public string User => $"user-{_salt}@{Tenant}";

    public string Event => $"event-{_salt}";

    public string Case { get; private set; } = "";

    public string Rebuild { get; private set; } = "";

    public string Incident { get; private set; } = "";

    /// <summary>What names something of these, but for the campaign, because others may have one of the same id, and the rebuild, which is of all tenants.</summary>
    public IEnumerable<string> Ids => new[] { Code, Placement, Cost, Rule, Event, Login, User, Case, Incident }.Where(id => id.Length > 0);

    /// <summary>What is filled in for <c>{name}</c>.</summary>
    public string Fill(string template) => template
        .Replace("{campaign}", Campaign, StringComparison.Ordinal).Replace("{code}", Code, StringComparison.Ordinal)
        .Replace("{placement}", Placement, StringComparison.Ordinal).Replace("{cost}", Cost, StringComparison.Ordinal)
        .Replace("{rule}", Rule, StringComparison.Ordinal).Replace("{event}", Event, StringComparison.Ordinal)
        .Replace("{case}", Case, StringComparison.Ordinal).Replace("{rebuild}", Rebuild, StringComparison.Ordinal)
        .Replace("{incident}", Incident, StringComparison.Ordinal).Replace("{login}", Login, StringComparison.Ordinal)
        .Replace("{user}", User, StringComparison.Ordinal);

    /// <summary>Makes all of it through the front door.</summary>
    public async Task CreateAsync(Stack stack)
    {
        using var owner = await stack.SignInAsync(Owner);
        var day = At.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await SendAsync(owner, HttpMethod.Put, $"/v1/campaigns/{Campaign}", new { name = Campaign == "camp_holiday_2025" ? "Holiday Product Launch" : $"Name {Mark}" });
        await SendAsync(owner, HttpMethod.Put, $"/v1/qr-codes/{Code}", new { name = $"Code {Mark}", campaignId = Campaign });
        await SendAsync(owner, HttpMethod.Put, $"/v1/placements/{Placement}", new { name = $"Place {Mark}", qrCodeId = Code, city = $"City {Mark}" });
        await SendAsync(owner, HttpMethod.Post, $"/v1/campaigns/{Campaign}/costs", new { id = Cost, from = day, to = day, amount = Amount });

        using var door = stack.WithBearer(Tenant == "demo" ? Door.DemoKey : Door.AcmeKey);
        var scan = new Event
        {
            EventId = Event,
            Timestamp = At,
            EventType = "SCAN",
            QrCodeId = Code,
            VisitorId = $"visitor-{_salt}",
            SessionId = $"session-{_salt}",
            ScanLocation = new Location(37.5, -122.5, $"City {Mark}", $"Region {Mark}", "US"),
            CampaignContext = new Campaign(Campaign, null, $"Variant {Mark}", "EMAIL"),
            BehaviorMetrics = new Behavior { RevenueAttribution = Amount, ConversionEvents = [$"GOAL_{Mark}"] },
        };
        await Door.SendAsync(door, [scan], new Random(1));
        using var rejected = await door.PostAsJsonAsync("/v1/events", new[] { new { eventId = $"rejected-{Mark}", timestamp = "yesterday", eventType = "SCAN", qrCodeId = Code } });

        await SendAsync(owner, HttpMethod.Put, $"/v1/alerts/rules/{Rule}", new
        {
            name = $"Rule {Mark}",
            metric = "total_scans",
            filters = new[] { new { dimension = "qr_code_id", @operator = "eq", values = new[] { $"nothing-{_salt}" } } },
            interval = "15m",
            condition = new { @operator = "lt", threshold = 5, recoveryThreshold = 10 },
            severity = "warning",
            notify = new { emails = new[] { "ops@example.com" } },
            evaluateFrom = TimeProvider.System.GetUtcNow().AddMinutes(-45),
        });
        var administrator = Tenant == "demo" ? "admin" : "admin@acme";
        using var admin = await stack.SignInAsync(administrator);
        await SendAsync(admin, HttpMethod.Put, $"/v1/users/{User}", new { role = "analyst", campaigns = new[] { Campaign } });
        await SendAsync(admin, HttpMethod.Put, $"/v1/bi-logins/{Login}", new { campaigns = new[] { Campaign } });
        Case = await SendAsync(admin, HttpMethod.Post, "/v1/privacy/erasure-requests", new { visitorId = $"nobody-{_salt}", reason = $"Reason {Mark}", reference = $"Reference {Mark}" });
        Rebuild = await SendAsync(admin, HttpMethod.Post, "/v1/projections/rebuilds", null);
        await stack.DrainAsync(administrator);
        await Eventually.TrueAsync(
            async () =>
            {
                var list = await admin.GetFromJsonAsync<JsonElement>($"/v1/alerts/incidents?ruleId={Rule}");
                Incident = list.GetProperty("incidents").EnumerateArray().Select(incident => incident.GetProperty("id").GetString()!).FirstOrDefault() ?? "";
                return Incident.Length > 0;
            },
            $"rule {Rule} opens an incident", TimeSpan.FromSeconds(60));
    }

    private static async Task<string> SendAsync(HttpClient client, HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement.TryGetProperty("id", out var id) ? id.GetString()! : "";
    }
}
