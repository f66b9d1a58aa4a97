namespace QrPlatform.EndToEnd.Data;

/// <summary>
/// Whole sessions of a made-up tenant, the same for the same seed: scans, landings, engagement, conversions and revenue, refunds days later,
/// bots, tests, visitors without sessions, events with neither, refusals of consent, currencies without a rate; around both DST changes of 2025 in Los Angeles.
/// </summary>
internal sealed class Sessions(int seed, string prefix, IReadOnlyList<DateTimeOffset> anchors)
{
    private static readonly string?[] Countries = ["US", "CA", "MX", "DE", null];
    private static readonly string[] Devices = ["MOBILE", "TABLET", "DESKTOP"];
    private static readonly string[] Types = ["EMAIL_SIGNUP", "DEMO_REQUEST", "PURCHASE"];

    // Hours around 02:00 on 9 March and 2 November 2025 in Los Angeles, and days on both sides.
    private static readonly DateTimeOffset[] Anchors =
    [
        new(2025, 3, 9, 6, 0, 0, TimeSpan.Zero), new(2025, 3, 10, 20, 0, 0, TimeSpan.Zero), new(2025, 11, 2, 5, 0, 0, TimeSpan.Zero),
        new(2025, 11, 3, 12, 0, 0, TimeSpan.Zero), new(2025, 12, 31, 18, 0, 0, TimeSpan.Zero),
    ];

    private readonly Random _random = new(seed);
    private readonly List<Event> _events = [];
    private int _number;

    /// <param name="seed">The same seed, the same events.</param>
    /// <param name="prefix">Begins every id.</param>
    /// <param name="sessions">How many.</param>
    /// <param name="anchors">Around when, instead of the DST changes.</param>
    public static IReadOnlyList<Event> Make(int seed, string prefix, int sessions, IReadOnlyList<DateTimeOffset>? anchors = null)
    {
        var made = new Sessions(seed, prefix, anchors ?? Anchors);
        for (var i = 0; i < sessions; i++) made.AddSession(i);
        return made._events;
    }

    private void AddSession(int index)
    {
        var start = anchors[_random.Next(anchors.Count)].AddMilliseconds(_random.Next(0, 40_000_000));
        var kind = _random.Next(100);
        var visitor = _random.Next(10) == 0 ? null : $"{prefix}-vis-{_random.Next(index / 3 + 2)}";
        var session = kind < 70 ? $"{prefix}-ses-{index}" : null; // the rest is cut per visitor, or stands alone
        var place = new Location(Math.Round(_random.NextDouble() * 60, 4), -Math.Round(_random.NextDouble() * 120, 4), $"City {_random.Next(4)}", "R", Pick(Countries));
        var campaign = _random.Next(12) == 0 ? null : new Campaign($"{prefix}-camp-{_random.Next(4)}", "Campaign", _random.Next(3) switch { 0 => "A", 1 => "B", _ => null }, "OFFLINE_PRINT");
        var bot = _random.Next(12) == 0;
        var device = new Device(Pick(Devices), "iOS 17.1", "Safari", bot ? "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)" : "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Safari/604.1");
        var template = new Event
        {
            EventId = "",
            Timestamp = start,
            EventType = "SCAN",
            QrCodeId = $"{prefix}-qr-{_random.Next(5)}",
            VisitorId = visitor,
            SessionId = session,
            ScanLocation = place,
            DeviceInfo = device,
            CampaignContext = campaign,
            IsTest = _random.Next(25) == 0 ? true : null,
            Consent = _random.Next(20) switch { 0 => new Consent(false, null), 1 => new Consent(false, start.AddDays(40)), 2 => new Consent(true, null), _ => null },
        };

        if (_random.Next(15) != 0) Add(template with { BehaviorMetrics = Score() });
        if (_random.Next(3) == 0) // a second scan elsewhere, sometimes earlier than the first and sometimes by a person in a bot's session
        {
            Add(template with
            {
                EventType = "RESCAN",
                Timestamp = start.AddSeconds(_random.Next(-900, 900)),
                CampaignContext = new Campaign($"{prefix}-camp-{_random.Next(4)}", "Campaign", "C", null),
                ScanLocation = place with { Country = Pick(Countries) },
                BehaviorMetrics = Score(),
                DeviceInfo = _random.Next(2) == 0 ? device : device with { UserAgent = "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0" },
            });
        }

        // What follows states another context, which must not count where there is a scan.
        var later = template with { CampaignContext = _random.Next(2) == 0 ? null : new Campaign($"{prefix}-camp-other", null, null, null), ScanLocation = null, DeviceInfo = null };
        if (_random.Next(2) == 0) Add(later with { EventType = "LANDING_VIEW", Timestamp = start.AddSeconds(_random.Next(1, 30)) });
        if (_random.Next(2) == 0) Add(later with { EventType = "ENGAGEMENT", Timestamp = start.AddSeconds(_random.Next(30, 1700)), BehaviorMetrics = new Behavior { EngagementDuration = _random.Next(1, 600), PageViews = 3 } });
        if (_random.Next(4) == 0) Add(later with { EventType = "CONVERSION", Timestamp = start.AddHours(_random.Next(0, 300)), BehaviorMetrics = _random.Next(2) == 0 ? null : new Behavior { ConversionEvents = [Pick(Types), Pick(Types)] } });
        if (_random.Next(8) == 0) Add(later with { EventType = "LEAD", Timestamp = start.AddMinutes(_random.Next(1, 5000)) });
        if (_random.Next(8) == 0) Add(later with { EventType = "CUSTOMER", Timestamp = start.AddMinutes(_random.Next(1, 9000)) });
        if (_random.Next(5) != 0) return;

        var amount = Math.Round((decimal)_random.NextDouble() * 500, 2);
        Add(later with { EventType = "REVENUE", Timestamp = start.AddDays(_random.Next(0, 5)), BehaviorMetrics = new Behavior { RevenueAttribution = amount, Currency = _random.Next(10) switch { 0 => "EUR", 1 => "USD", _ => null } } });
        if (_random.Next(2) == 0) Add(later with { EventType = "REFUND", Timestamp = start.AddDays(_random.Next(5, 12)), BehaviorMetrics = new Behavior { RevenueAttribution = _random.Next(2) == 0 ? amount : -amount } });
    }

    private Behavior? Score() => _random.Next(5) switch
    {
        0 => null,
        1 => new Behavior { LeadScore = _random.Next(0, 101), EngagementDuration = _random.Next(1, 300), ConversionEvents = [Pick(Types)], RevenueAttribution = _random.Next(1, 9999) / 100m },
        _ => new Behavior { LeadScore = _random.Next(0, 101) },
    };

    private T Pick<T>(T[] values) => values[_random.Next(values.Length)];

    private void Add(Event next) => _events.Add(next with { EventId = $"{prefix}-{_number++:D6}" });
}
