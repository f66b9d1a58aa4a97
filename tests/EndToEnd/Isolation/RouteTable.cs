namespace QrPlatform.EndToEnd.Isolation;

/// <summary>
/// What every route of the platform lets whom do. A route without a row fails the isolation probe, and so does a row without a route.
/// </summary>
internal static class RouteTable
{
    private const string Day = "from=2022-08-10&to=2022-08-10";
    private const string Hours = "from=2022-08-10T00:00:00Z&to=2022-08-11T00:00:00Z";
    private const string Query =
        """{"metrics": ["total_scans", "unique_visitors", "revenue", "conversions"], "dimensions": ["campaign_id", "campaign_name", "qr_code_id", "variant"], "dateRange": {"from": "2022-08-10", "to": "2022-08-10"}}""";

    // Executives see places in groups of five visitors only: theirs may be empty.
    private const string Places =
        """{"metrics": ["total_scans", "revenue"], "dimensions": ["city", "campaign_id"], "dateRange": {"from": "2022-08-10", "to": "2022-08-10"}}""";

    private static readonly int[] NotTheirs = [403, 404];

    // A name that exists elsewhere may be given to something of one's own; what a limited user may not take is refused.
    private static readonly int[] OwnOrNotTheirs = [200, 201, 403, 404];

    public static readonly RouteRow[] Rows =
    [
        .. ForEach(
            ["ingestion", "enrichment", "projection", "reporting", "alerting", "privacy-compliance"],
            service => [new(service, "* /health", Who.Everybody), new(service, "* /alive", Who.Everybody), new(service, "GET /internal/v1/routes", Who.Services)]),

        new("ingestion", "POST /v1/events", Who.IngestKeys)
        {
            Body = """{"eventId": "{probe}", "timestamp": "2022-08-09T12:00:00Z", "eventType": "SCAN", "qrCodeId": "{probe}", "isTest": true}""",
            Own = [202],
        },
        new("ingestion", "GET /v1/ledger", "a---a-") { Path = $"/v1/ledger?{Hours}" },
        new("ingestion", "GET /v1/quarantine", "a---a-") { Shows = true },

        new("enrichment", "GET /v1/campaigns", "aaaa--") { Path = "/v1/campaigns?limit=1000", Shows = true },
        new("enrichment", "GET /v1/campaigns/{campaign}", "aaaa--") { Shows = true, Foreign = NotTheirs },
        new("enrichment", "PUT /v1/campaigns/{campaign}", "a-aa--") { Body = """{"name": "Holiday Product Launch"}""", Own = [200, 201], Foreign = OwnOrNotTheirs },
        new("enrichment", "POST /v1/campaigns/{campaign}/costs", "a-aa--")
        {
            Body = """{"id": "{probe}", "from": "2022-08-01", "to": "2022-08-01", "amount": 1}""",
            Own = [200, 201, 409],
            Foreign = [200, 201, 403, 404, 409],
        },
        new("enrichment", "GET /v1/campaigns/{campaign}/costs", "aaaa--") { Shows = true, Foreign = [200, 403, 404] },
        new("enrichment", "GET /v1/campaigns/{campaign}/costs/{cost}", "aaaa--") { Shows = true, Foreign = NotTheirs },
        new("enrichment", "DELETE /v1/campaigns/{campaign}/costs/{cost}", "a-aa--") { Own = [204, 404], Foreign = NotTheirs },
        new("enrichment", "GET /v1/qr-codes", "aaaa--") { Path = "/v1/qr-codes?limit=1000", Shows = true },
        new("enrichment", "GET /v1/qr-codes/{code}", "aaaa--") { Shows = true, Foreign = NotTheirs },
        new("enrichment", "PUT /v1/qr-codes/{code}", "a-aa--") { Body = """{"name": "Probe", "campaignId": "{campaign}"}""", Own = [200, 201], Foreign = OwnOrNotTheirs },
        new("enrichment", "GET /v1/placements", "aaaa--") { Path = "/v1/placements?limit=1000", Shows = true },
        new("enrichment", "GET /v1/placements/{placement}", "aaaa--") { Shows = true, Foreign = NotTheirs },
        new("enrichment", "PUT /v1/placements/{placement}", "a-aa--") { Body = """{"name": "Probe", "qrCodeId": "{code}"}""", Own = [200, 201], Foreign = OwnOrNotTheirs },
        new("enrichment", "POST /v1/placements/{placement}/lifecycle", "a-aa--") { Body = """{"state": "shipped", "at": "2022-08-09T00:00:00Z"}""", Foreign = OwnOrNotTheirs },

        new("reporting", "POST /v1/query", "aaaa--") { Body = Query, Shows = true },
        new("reporting", "POST /v1/query", "aaaa--") { Body = Places },
        new("reporting", "GET /v1/catalogue", "aaaa--"),
        new("reporting", "GET /v1/tenant", "aaaaaa"),
        new("reporting", "GET /v1/analytics/scans", "a-aa--") { Path = "/v1/analytics/scans?start_date=2022-08-10&end_date=2022-08-10&limit=10000", Shows = true },
        new("reporting", "GET /v1/live", "aaaa-a") { IsStream = true },
        new("reporting", "GET /v1/exports/query.csv", "a-aa--")
        {
            Path = $"/v1/exports/query.csv?metrics=total_scans,revenue&dimensions=campaign_id,campaign_name,qr_code_id,city&{Day}",
            Shows = true,
        },
        new("reporting", "GET /v1/exports/{dataset}.csv", "a-aa--"),
        new("reporting", "POST /internal/v1/measurements", Who.Services),

        new("projection", "POST /v1/projections/rebuilds", "a---a-") { Own = [202] },

        // A rebuild is of all tenants' read models: everybody sees that there is one, and the results of the own tenant.
        new("projection", "GET /v1/projections/rebuilds", "a---a-"),
        new("projection", "GET /v1/projections/rebuilds/{rebuild}", "a---a-") { Foreign = [200] },

        new("projection", "GET /v1/bi-logins", "a-----") { Shows = true },
        new("projection", "GET /v1/bi-logins/changes", "a-----") { Shows = true },
        new("projection", "GET /v1/bi-logins/{login}", "a-----") { Shows = true },
        new("projection", "PUT /v1/bi-logins/{login}", "a-----") { Body = """{"campaigns": ["{campaign}"]}""", Foreign = [422] },
        new("projection", "POST /v1/bi-logins/{login}/password", "a-----") { Own = [200, 404] },
        new("projection", "DELETE /v1/bi-logins/{login}", "a-----") { Own = [204, 404] },

        new("projection", "POST /internal/v1/user-grants", Who.Services),

        new("alerting", "GET /v1/alerts/rules", "a-aaa-") { Shows = true },
        new("alerting", "GET /v1/alerts/rules/{rule}", "a-aaa-") { Shows = true },
        new("alerting", "PUT /v1/alerts/rules/{rule}", "a-aa--") { Body = """{"name": ""}""", Own = [422], Foreign = [404, 422] },
        new("alerting", "DELETE /v1/alerts/rules/{rule}", "a-aa--") { Own = [204, 404] },
        new("alerting", "GET /v1/alerts/incidents", "a-aaa-") { Path = "/v1/alerts/incidents?limit=1000", Shows = true },
        new("alerting", "GET /v1/alerts/incidents/{incident}", "a-aaa-") { Shows = true },
        new("alerting", "POST /v1/alerts/incidents/{incident}/acknowledgement", "a-aaa-") { Body = """{"note": 7}""", Own = [400, 422], Foreign = [400, 404, 422] },

        new("privacy-compliance", "POST /v1/privacy/erasure-requests", "a----a") { Body = "{}", Own = [422] },
        new("privacy-compliance", "GET /v1/privacy/erasure-requests", "a----a") { Shows = true },
        new("privacy-compliance", "GET /v1/privacy/erasure-requests/{case}", "a----a") { Shows = true },
        new("privacy-compliance", "POST /v1/privacy/erasure-requests/{case}/approval", "a----a") { Own = [409] },
        new("privacy-compliance", "POST /v1/privacy/erasure-requests/{case}/retry", "a----a") { Own = [409] },
        new("privacy-compliance", "GET /v1/audit", "a----a") { Path = "/v1/audit?limit=1000", Shows = true },
        new("privacy-compliance", "POST /internal/v1/subjects/resolve", Who.Services),
        new("privacy-compliance", "POST /internal/v1/audit", Who.Services),

        // What the gateway answers itself, and what it forwards although no service has a route for it yet.
        new("gateway", "POST /auth/token", Who.Everybody) { Body = """{"username": "nobody", "password": "wrong"}""" },
        new("gateway", "GET /v1/users", "a-----") { Shows = true },
        new("gateway", "GET /v1/users/{user}", "a-----") { Shows = true },
        new("gateway", "PUT /v1/users/{user}", "a-----") { Body = """{"role": "analyst", "campaigns": ["{campaign}"]}""", Foreign = [422] },
        new("gateway", "POST /v1/users/{user}/password", "a-----") { Own = [200, 404] },
        new("gateway", "DELETE /v1/users/{user}", "a-----") { Own = [204, 404] },
        new("gateway", "GET /.well-known/openid-configuration", Who.Everybody),
        new("gateway", "GET /.well-known/jwks.json", Who.Everybody),
        new("gateway", "GET /health", Who.Everybody),
        new("gateway", "GET /alive", Who.Everybody),
        new("gateway", "* /v1/events/{**rest}", "a---a-") { Path = "GET /v1/events/{event}/trace", Own = [401, 404], Foreign = [401, 404] },
        new("gateway", "POST /v1/webhooks/{**rest}", Who.Everybody) { Path = "POST /v1/webhooks/linkbreakers", Body = "{}" },
        new("gateway", "* /v1/imports/{**rest}", "a---a-") { Path = "GET /v1/imports", Own = [404] },
        new("gateway", "* /v1/incidents/{**rest}", "a---a-") { Path = "GET /v1/incidents", Own = [404] },
        new("gateway", "* /odata/{**rest}", "a-aa--") { Path = "GET /odata/v4/", Own = [404] },
    ];

    private static IEnumerable<RouteRow> ForEach(string[] services, Func<string, RouteRow[]> rows) => services.SelectMany(rows);
}

/// <summary>Who may call a route, where it isn't users by role.</summary>
internal static class Who
{
    /// <summary>Anybody, without credentials.</summary>
    public const string Everybody = "everybody";

    /// <summary>Holders of an ingest key.</summary>
    public const string IngestKeys = "ingest keys";

    /// <summary>Services of the stack; the gateway never forwards it.</summary>
    public const string Services = "services";
}

/// <summary>What is expected of a route.</summary>
/// <param name="Service">The process that answers.</param>
/// <param name="Route">Method and pattern, with parameters named as the probe fills them in.</param>
/// <param name="Allowed">
/// One letter each for administrator, executive, analyst, marketer (an analyst limited to a campaign), operator, compliance officer: <c>a</c> may,
/// <c>-</c> may not; or one of <see cref="Who"/>.
/// </param>
internal sealed record RouteRow(string Service, string Route, string Allowed)
{
    /// <summary>What is asked for; the route's own pattern where there is none. Begins with the method where the route takes any.</summary>
    public string? Path { get; init; }

    /// <summary>The body that is sent.</summary>
    public string? Body { get; init; }

    /// <summary>Statuses of an answer to whom may, about what is their own.</summary>
    public int[] Own { get; init; } = [200];

    /// <summary>Statuses of an answer to whom may call it, about what belongs to another tenant or campaign.</summary>
    public int[] Foreign { get; init; } = [404];

    /// <summary>Whether the answer must tell of the caller's own, so that an empty answer proves nothing by accident.</summary>
    public bool Shows { get; init; }

    /// <summary>Whether it goes on answering (server-sent events).</summary>
    public bool IsStream { get; init; }

    /// <summary>The method that is used.</summary>
    public string Method => (Path is { } path && path.Contains(' ', StringComparison.Ordinal) ? path : Route.Replace("* ", "GET ", StringComparison.Ordinal)).Split(' ')[0];

    /// <summary>The path and query that are asked for, with the names of what is to be filled in.</summary>
    public string Target => (Path ?? Route).Split(' ')[^1];

    /// <summary>Whether it changes something.</summary>
    public bool Writes => Method != "GET" && Target != "/v1/query";

    /// <summary>Whether this row is about a route, whatever that calls its parameters.</summary>
    public bool Covers(string service, string method, string pattern) =>
        Service == service && Shape(Route) == Shape($"{method} {pattern}");

    private static string Shape(string route) =>
        string.Join('/', route.TrimEnd('/').Split('/').Select(part => part.StartsWith("{**", StringComparison.Ordinal) ? "{**}" : Parameter(part)));

    private static string Parameter(string part)
    {
        var (open, close) = (part.IndexOf('{', StringComparison.Ordinal), part.LastIndexOf('}'));
        return open < 0 || close < open ? part : $"{part[..open]}{{}}{part[(close + 1)..]}";
    }
}
