using QrPlatform.Events;

namespace QrPlatform.Reporting.Tests.Data;

/// <summary>
/// Sessions, the same for the same seed: scans, landings, engagement, conversions, revenue and refunds days later, bots, tests, visitors that
/// come back, refusals of consent; around both daylight saving changes of 2025 in Los Angeles and the turn of the year.
/// </summary>
internal sealed class RandomSessions(int seed, string tenant)
{
    private static readonly DateTimeOffset[] Anchors =
    [
        new(2025, 3, 9, 7, 0, 0, TimeSpan.Zero), new(2025, 11, 2, 6, 0, 0, TimeSpan.Zero), new(2025, 12, 31, 20, 0, 0, TimeSpan.Zero),
        new(2025, 6, 30, 22, 0, 0, TimeSpan.Zero), new(2026, 1, 3, 22, 0, 0, TimeSpan.Zero),
    ];

    private static readonly string[] Types = ["EMAIL_SIGNUP", "DEMO_REQUEST", "PURCHASE"];

    private readonly Random _random = new(seed);
    private readonly List<TestEvent> _events = [];
    private readonly List<Guid> _visitors = [];

    public static IReadOnlyList<TestEvent> Make(int seed, string tenant, int sessions)
    {
        var made = new RandomSessions(seed, tenant);
        for (var i = 0; i < sessions; i++) made.AddSession();
        return made._events;
    }

    private void AddSession()
    {
        var scan = FirstScan();
        if (_random.Next(20) == 0)
        {
            Add(scan with { Kind = "UNCONSENTED", Stream = $"u-{NewId()}" });
            return;
        }

        if (_random.Next(15) != 0) Add(scan);
        if (_random.Next(3) == 0)
            Add(scan with { Kind = "RESCAN", At = scan.At.AddSeconds(_random.Next(-900, 900)), IsBot = scan.IsBot && _random.Next(2) == 0, Campaign = AnyCampaign(), LeadScore = _random.Next(101), Code = "qr_9" });

        // What follows states a context of its own, which must not count where the session has a scan.
        var later = scan with { LeadScore = null, Campaign = _random.Next(2) == 0 ? null : AnyCampaign(), Place = null, Device = null, Code = "qr_other", Conversions = null, Revenue = null, Engagement = null };
        if (_random.Next(2) == 0) Add(later with { Kind = "LANDING_VIEW", At = scan.At.AddSeconds(3) });
        for (var i = _random.Next(3); i > 0; i--) Add(later with { Kind = "ENGAGEMENT", At = scan.At.AddSeconds(_random.Next(4, 1500)), Engagement = _random.Next(1, 600) / 10m, PageViews = 2 });
        if (_random.Next(4) == 0) Add(later with { Kind = "CONVERSION", At = scan.At.AddHours(_random.Next(0, 300)), Conversions = [AnyType(), AnyType()] });
        if (_random.Next(3) == 0) Add(later with { Kind = "LEAD", At = scan.At.AddMinutes(_random.Next(0, 50_000)), Conversions = ["LEAD"] });
        if (_random.Next(9) == 0) Add(later with { Kind = "CUSTOMER", At = scan.At.AddMinutes(_random.Next(1, 9_000)), Conversions = ["CUSTOMER"] });
        if (_random.Next(5) != 0) return;

        var amount = _random.Next(1, 50_000) / 100m;
        Add(later with { Kind = "REVENUE", At = scan.At.AddDays(_random.Next(0, 4)), Revenue = amount });
        if (_random.Next(2) == 0) Add(later with { Kind = "REFUND", At = scan.At.AddDays(_random.Next(4, 12)), Revenue = -amount });
    }

    private TestEvent FirstScan()
    {
        if (_visitors.Count == 0 || _random.Next(3) != 0) _visitors.Add(NewId());
        return new TestEvent
        {
            Tenant = tenant,
            Stream = $"s-{NewId()}",
            Id = "",
            Kind = "SCAN",
            At = Anchors[_random.Next(Anchors.Length)].AddMilliseconds(_random.Next(36_000_000)),
            Code = $"qr_{_random.Next(4)}",
            Visitor = _random.Next(8) == 0 ? null : _visitors[_random.Next(_visitors.Count)],
            Campaign = AnyCampaign(),
            Place = _random.Next(9) == 0 ? null : new Place(37.77, -122.42, $"City {_random.Next(3)}", _random.Next(3) == 0 ? null : "California", _random.Next(3) switch { 0 => "US", 1 => "DE", _ => "México" }, "city"),
            Device = new Device(_random.Next(2) == 0 ? "MOBILE" : "DESKTOP", _random.Next(2) == 0 ? "iOS" : "Android", _random.Next(4) == 0 ? null : "Safari", "390x844"),
            LeadScore = _random.Next(4) == 0 ? null : _random.Next(1001) / 10m,
            Conversions = _random.Next(12) == 0 ? [AnyType()] : null,
            Revenue = _random.Next(12) == 0 ? 9.99m : null,
            Engagement = _random.Next(6) == 0 ? 12.5m : null,
            IsBot = _random.Next(12) == 0,
            IsTest = _random.Next(15) == 0,
        };
    }

    private Campaign? AnyCampaign() => _random.Next(6) switch
    {
        0 => null,
        1 => new Campaign("camp_nameless", null, null, null, null, null),
        var n => new Campaign(n == 2 ? "camp_holiday_2025" : $"camp_{n}", $"Name {n}", n % 2 == 0 ? "A" : "B", "OFFLINE_PRINT", $"category {n}", n == 3 ? null : "LEADS"),
    };

    private string AnyType() => Types[_random.Next(Types.Length)];

    private Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private void Add(TestEvent next) => _events.Add(next with { Id = $"{tenant}-{seed}-{_events.Count:D5}" });
}
