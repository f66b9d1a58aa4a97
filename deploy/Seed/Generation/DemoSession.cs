using System.Globalization;
using QrPlatform.Contracts.Scans;
using QrPlatform.Seed.Campaigns;

namespace QrPlatform.Seed.Generation;

/// <summary>
/// What one person does with one code: a scan, and what follows from it, some of it days later. Everything derives from the session's
/// name, so the same session is the same whatever else is generated.
/// </summary>
internal sealed class DemoSession
{
    private readonly DemoTenant _tenant;
    private readonly DemoCampaign _campaign;
    private readonly DemoPlacement _placement;
    private readonly string _name;
    private readonly DateTimeOffset _end;
    private readonly List<SeedEntry> _entries = [];

    private SeedRandom _random;
    private ScanEvent _template = null!;
    private int _sequence;

    private DemoSession(DemoTenant tenant, DemoCampaign campaign, string name, DateTimeOffset end)
    {
        (_tenant, _campaign, _name, _end, _random) = (tenant, campaign, name, end, new SeedRandom(name));
        var installed = campaign.Placements.Where(static placement => placement.IsInstalled).ToArray();
        _placement = installed[_random.Weighted(installed.Select(static placement => placement.Weight).ToArray())];
    }

    /// <summary>The session's events in the order in which they happen.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="campaign">Which campaign.</param>
    /// <param name="cell">Name of the campaign's day.</param>
    /// <param name="day">The day, by the clock of the place.</param>
    /// <param name="daysBefore">How many days it lies before the last one.</param>
    /// <param name="index">Number of the session within the day.</param>
    /// <param name="end">First instant after the data; nothing happens from then on.</param>
    public static IReadOnlyList<SeedEntry> Events(
        DemoTenant tenant, DemoCampaign campaign, string cell, DateOnly day, int daysBefore, int index, DateTimeOffset end)
    {
        var session = new DemoSession(tenant, campaign, Name(cell, day, index), end);
        session.Play(day, daysBefore, cell, index);
        return session._entries;
    }

    private static string Name(string cell, DateOnly day, int index) => string.Create(CultureInfo.InvariantCulture, $"{cell}/{day.DayNumber}/{index}");

    private void Play(DateOnly day, int daysBefore, string cell, int index)
    {
        var at = Instant(day);
        if (_random.Chance(0.03))
        {
            _template = Template(DemoDevice.OfBot(ref _random), null, null);
            Add(ScanEventType.Scan, at);
            return;
        }

        var returns = _random.Chance(_campaign.ReturnRate);
        var earlier = day.AddDays(-1 - (int)(_random.Exponential() * 9));
        var visitor = new SeedRandom((returns ? Name(cell, earlier, index) : _name) + "/visitor").Next();
        _template = Template(
            DemoDevice.OfVisitor(ref _random),
            _random.Chance(0.02) ? null : $"vis_{visitor:x16}",
            _random.Chance(0.05) ? null : $"ses_{_random.Next():x16}") with
        {
            IsTest = _random.Chance(0.002),
            Consent = _random.Chance(_tenant.ConsentDeniedRate) ? new ConsentStatement { Analytics = false } : null,
        };
        Visit(at, returns, isBroken: _campaign.Breakdown?.Covers(daysBefore) == true);
    }

    // Scan, landing page, engagement, conversion, and what may come of it.
    private void Visit(DateTimeOffset at, bool returns, bool isBroken)
    {
        decimal? score = _random.Chance(0.75) ? (decimal)Math.Clamp(Math.Round(_campaign.LeadScore + 17 * _random.Normal()), 0, 100) : null;
        Add(returns && _random.Chance(0.4) ? ScanEventType.Rescan : ScanEventType.Scan, at, score is null ? null : new BehaviorMetrics { LeadScore = score });
        if (_random.Chance(isBroken ? 0.96 : 1 - _campaign.LandingRate)) return;

        at += Seconds(_random.Between(0.6, 4));
        Add(ScanEventType.LandingView, at, new BehaviorMetrics { PageViews = 1 });
        if (!_random.Chance(_campaign.EngagementRate)) return;

        var stay = Math.Round(_random.LogNormal(75, 0.8));
        at += Seconds(stay);
        Add(ScanEventType.Engagement, at, new BehaviorMetrics { EngagementDuration = (decimal)stay, PageViews = 1 + (int)(_random.Exponential() * 2.4) });

        var arm = _campaign.Variants.Count > 1 && _template.CampaignContext?.Variant == _campaign.Variants[1] ? 1.25 : 1;
        var interest = score is null ? 1 : 0.4 + (double)score.Value / 90;
        if (_random.Chance(_campaign.ConversionRate * arm * interest)) Convert(at + Seconds(_random.Between(5, 90)));
    }

    private void Convert(DateTimeOffset at)
    {
        // Some make up their minds at home, days later, on the page that they kept open.
        if (_random.Chance(0.12)) at += TimeSpan.FromHours(_random.Between(8, 130));
        IReadOnlyList<string> types = _campaign.Conversions.Count > 1 && _random.Chance(0.25) ? _campaign.Conversions : [_campaign.Conversions[0]];
        var isLead = _campaign.ConversionGoal == "LEAD_GENERATION" && _random.Chance(0.5);
        Add(isLead ? ScanEventType.Lead : ScanEventType.Conversion, at, new BehaviorMetrics { ConversionEvents = types });
        if (!_random.Chance(_campaign.CustomerRate)) return;

        at += _campaign.BuysAtOnce ? Seconds(_random.Between(10, 400)) : TimeSpan.FromHours(_random.Between(20, 21 * 24));
        Add(ScanEventType.Customer, at, new BehaviorMetrics { ConversionEvents = [] });
        var amount = Math.Round((decimal)_random.LogNormal(_campaign.OrderValue, 0.6), 2);
        Add(ScanEventType.Revenue, at + Seconds(1), new BehaviorMetrics { RevenueAttribution = amount, Currency = "USD" });
        if (!_random.Chance(_campaign.RefundRate)) return;

        var back = _random.Chance(0.7) ? amount : Math.Round(amount / 2, 2);
        Add(ScanEventType.Refund, at + TimeSpan.FromHours(_random.Between(30, 20 * 24)), new BehaviorMetrics { RevenueAttribution = back, Currency = "USD" });
    }

    private ScanEvent Template(DeviceInfo device, string? visitor, string? session) => new()
    {
        EventId = "",
        Timestamp = default,
        EventType = ScanEventType.Scan,
        QrCodeId = _placement.Code,
        VisitorId = visitor,
        SessionId = session,
        ScanLocation = new ScanLocation
        {
            Latitude = Math.Round(_placement.Place.Latitude + 0.02 * _random.Normal(), 5),
            Longitude = Math.Round(_placement.Place.Longitude + 0.02 * _random.Normal(), 5),
            City = _placement.Place.City,
            Region = _placement.Place.Region,
            Country = _placement.Place.Country,
            Accuracy = "high",
        },
        DeviceInfo = device,
        // A few codes were printed before the campaign had an id.
        CampaignContext = _random.Chance(0.004) ? null : new CampaignContext
        {
            CampaignId = _campaign.Id,
            CampaignName = _campaign.Name,
            ChannelType = _campaign.ChannelType,
            ContentCategory = _campaign.ContentCategory,
            ConversionGoal = _campaign.ConversionGoal,
            Variant = _campaign.Variants.Count == 0 ? null : _random.Choose(_campaign.Variants),
        },
    };

    private void Add(ScanEventType type, DateTimeOffset at, BehaviorMetrics? behavior = null)
    {
        // Drawn before the end is looked at: what a session is must not depend on where the data ends.
        var id = new SeedRandom(string.Create(CultureInfo.InvariantCulture, $"{_name}#{_sequence++}")).Next();
        var arrivesAt = at + Delay();
        var again = _random.Chance(0.008) ? arrivesAt + TimeSpan.FromMinutes(_random.Between(0.1, 3000)) : (DateTimeOffset?)null;
        if (at >= _end) return;

        // Followers of a scan carry what the landing page knows: no place, and no campaign but by their session.
        var happened = type is ScanEventType.Scan or ScanEventType.Rescan or ScanEventType.LandingView
            ? _template
            : _template with { ScanLocation = null };
        var item = happened with { EventId = $"evt_{id:x16}", EventType = type, Timestamp = at, BehaviorMetrics = behavior };
        _entries.Add(new SeedEntry(_tenant.Id, arrivesAt, item));
        if (again is { } later) _entries.Add(new SeedEntry(_tenant.Id, later, item));
    }

    // Most arrive within seconds, in about the order in which they happen; some phones are in a tunnel, some sources deliver nightly.
    private TimeSpan Delay() => _random.Unit() switch
    {
        < 0.004 => TimeSpan.FromHours(_random.Between(24, 24 * 6)),
        < 0.03 => TimeSpan.FromHours(_random.Between(0.2, 12)),
        _ => Seconds(_random.Exponential() * 2),
    };

    private DateTimeOffset Instant(DateOnly day)
    {
        var hour = _random.Weighted(BusinessCalendar.Hours(_campaign.Hours));
        var local = day.ToDateTime(new TimeOnly(hour, 0)) + TimeSpan.FromMilliseconds(_random.Below(3_600_000));
        var zone = TimeZoneInfo.FindSystemTimeZoneById(_placement.Place.TimeZone);
        // An hour that the clock leaves out is an hour later.
        if (zone.IsInvalidTime(local)) local = local.AddHours(1);
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromMilliseconds(Math.Round(seconds * 1000));
}
