using System.Globalization;

namespace QrPlatform.Reporting.Tests.Data;

/// <summary>The contract's definitions, computed from the events as plainly as they are written.</summary>
internal sealed class PlainNumbers
{
    private readonly TimeZoneInfo _zone;
    private readonly Dictionary<string, TimeZoneInfo>? _places;
    private readonly List<Fact> _facts = [];
    private readonly Dictionary<Guid, DateTimeOffset> _firstScans;
    private readonly Dictionary<string, string?> _names;
    private readonly PlainJourneys _journeys;

    /// <param name="events">What was accepted.</param>
    /// <param name="zone">IANA name.</param>
    /// <param name="campaigns">The campaigns that the reader may see; null for everything.</param>
    /// <param name="places">The codes' zones, where each fact counts in the time of its code; null for one zone.</param>
    public PlainNumbers(IEnumerable<TestEvent> events, string zone, string[]? campaigns = null, IReadOnlyDictionary<string, string>? places = null)
    {
        _places = places?.ToDictionary(pair => pair.Key, pair => TimeZoneInfo.FindSystemTimeZoneById(pair.Value));
        _zone = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var all = events.ToList();
        _firstScans = all.Where(e => e is { IsScan: true, Visitor: not null }).GroupBy(e => e.Visitor!.Value).ToDictionary(g => g.Key, g => g.Min(e => e.At));
        _names = all.Where(e => e.Campaign?.Id is not null).GroupBy(e => e.Campaign!.Id!).ToDictionary(g => g.Key, g => g.Select(e => e.Campaign!.Name).FirstOrDefault(name => name is not null));
        foreach (var session in all.GroupBy(e => e.Stream)) AddSession([.. session]);
        var customers = _facts.Where(f => f is { IsCounted: true, Event.Kind: "CUSTOMER" }).ToList();
        foreach (var fact in customers.Where(f => f.Event.Visitor is null)
            .Concat(customers.Where(f => f.Event.Visitor is not null).GroupBy(f => f.Event.Visitor).Select(g => g.OrderBy(f => f.Event.At).ThenBy(f => f.Event.Id, StringComparer.Ordinal).First())))
            fact.IsNewCustomer = true;
        if (campaigns is not null) _facts.RemoveAll(fact => !campaigns.Contains(fact.Context.Campaign?.Id));
        _journeys = new PlainJourneys(_facts);
    }

    /// <summary>The month in which the fiscal year begins.</summary>
    public int FiscalStart { get; init; } = 1;

    public static readonly string[] AllMetrics =
    [
        "total_scans", "sessions", "unique_visitors", "returning_visitors", "conversions", "converting_sessions", "conversion_rate", "conversion_rate_7d",
        "revenue", "average_lead_score", "average_engagement_seconds", "new_customers", "bot_scans", "unconsented_scans", "test_scans",
        "returning_visitor_rate", "scan_frequency", "scans_per_session", "revenue_per_visitor", "landing_views", "engagements", "leads", "data_completeness",
        "revenue_per_scan", "high_quality_share", .. PlainJourneys.AllMetrics,
    ];

    /// <summary>The facts of a range of local days.</summary>
    public IEnumerable<Fact> InRange(DateOnly from, DateOnly to) => _facts.Where(f => DateOnly.FromDateTime(Local(f)) is var day && day >= from && day <= to);

    /// <summary>A metric over facts, and whether anything of it was there.</summary>
    public (decimal? Value, bool Exists) Metric(string name, IReadOnlyCollection<Fact> facts, DateOnly from)
    {
        var scans = facts.Where(f => f.Event.IsScan).ToList();
        var sessions = facts.Where(f => f.IsAttribution).ToList();
        var visitors = scans.Where(f => f.Event.Visitor is not null).Select(f => f.Event.Visitor!.Value).Distinct().ToList();
        var start = TimeZoneInfo.ConvertTimeToUtc(from.ToDateTime(TimeOnly.MinValue), _zone);
        bool Converts(Fact f, double days) => f.Session.Any(e => !e.IsTest && e.Conversions is { Count: > 0 } && e.At <= f.Event.At.AddDays(days));
        decimal? Share(int part) => sessions.Count == 0 ? null : (decimal)part / sessions.Count;
        var engaged = sessions.Select(f => f.Session.Where(e => !e.IsTest && e.Engagement is not null).ToList()).Where(list => list.Count > 0).ToList();
        var scored = scans.Where(f => f.Event.LeadScore is not null).ToList();
        var converted = facts.Where(f => f.IsCounted && f.Event.Conversions is { Count: > 0 }).ToList();
        var paid = facts.Where(f => f.IsCounted && f.Event.Revenue is not null).ToList();
        var earned = paid.Sum(f => f.Event.Revenue ?? 0);
        var returning = visitors.Count(v => _firstScans[v] < start);
        decimal? PerVisitor(decimal part) => visitors.Count == 0 ? null : part / visitors.Count;
        bool IsComplete(TestEvent e) => e is { Visitor: not null, Campaign.Id: not null, Place.Country: not null, Device.Type: not null };
        return name switch
        {
            "total_scans" => (scans.Count, scans.Count > 0),
            "sessions" => (sessions.Count, sessions.Count > 0),
            "unique_visitors" => (visitors.Count, scans.Count > 0),
            "returning_visitors" => (returning, scans.Any(f => f.Event.Visitor is { } v && _firstScans[v] < start)),
            "conversions" => (converted.Sum(f => f.Event.Conversions!.Count), converted.Count > 0),
            "converting_sessions" => (sessions.Count(f => Converts(f, 10_000)), sessions.Any(f => Converts(f, 10_000))),
            "conversion_rate" => (Share(sessions.Count(f => Converts(f, 10_000))), sessions.Count > 0),
            "conversion_rate_7d" => (Share(sessions.Count(f => Converts(f, 7))), sessions.Count > 0),
            "revenue" => (earned, earned != 0),
            "average_lead_score" => (scored.Count == 0 ? null : scored.Average(f => f.Event.LeadScore), scans.Count > 0),
            "average_engagement_seconds" => (engaged.Count == 0 ? null : engaged.Average(list => list.Sum(e => e.Engagement)), engaged.Count > 0),
            "new_customers" => (facts.Count(f => f.IsNewCustomer), facts.Any(f => f.IsNewCustomer)),
            "bot_scans" => Counted(facts, f => f.Event is { IsScanKind: true, IsBot: true, IsTest: false }),
            "unconsented_scans" => Counted(facts, f => f.Event.Kind == "UNCONSENTED"),
            "test_scans" => Counted(facts, f => f.Event is { IsScanKind: true, IsTest: true }),
            "returning_visitor_rate" => (PerVisitor(returning), scans.Count > 0),
            "scan_frequency" => (PerVisitor(scans.Count(f => f.Event.Visitor is not null)), scans.Count > 0),
            "scans_per_session" => (sessions.Count == 0 ? null : (decimal)scans.Count / sessions.Count, scans.Count > 0),
            "revenue_per_visitor" => (PerVisitor(earned), earned != 0 || scans.Count > 0),
            "landing_views" => Counted(facts, f => f is { IsCounted: true, Event.Kind: "LANDING_VIEW" }),
            "engagements" => Counted(facts, f => f is { IsCounted: true, Event.Kind: "ENGAGEMENT" }),
            "leads" => Counted(facts, f => f is { IsCounted: true, Event.Kind: "LEAD" }),
            "data_completeness" => (scans.Count == 0 ? null : (decimal)scans.Count(f => IsComplete(f.Event)) / scans.Count, scans.Count > 0),
            "revenue_per_scan" => (scans.Count == 0 ? null : earned / scans.Count, earned != 0 || scans.Count > 0),
            "high_quality_share" => (scored.Count == 0 ? null : (decimal)scored.Count(f => f.Event.LeadScore >= 80) / scored.Count, scans.Count > 0),
            _ => _journeys.Metric(name, facts),
        };
    }

    /// <summary>A fact's label; null where a value is missing.</summary>
    public string? Label(Fact fact, string dimension)
    {
        var local = Local(fact);
        var time = dimension switch
        {
            "hour" => _places is null ? HourLabel(fact.Dated) : $"{local:yyyy-MM-dd'T'HH}:00:00",
            "day" => $"{local:yyyy-MM-dd}",
            "week" => $"{ISOWeek.GetYear(local):D4}-W{ISOWeek.GetWeekOfYear(local):D2}",
            "month" => $"{local:yyyy-MM}",
            "quarter" => $"{local:yyyy}-Q{(local.Month + 2) / 3}",
            "year" => $"{local:yyyy}",
            "fiscal_quarter" => $"FY{FiscalYear(local)}-Q{(local.Month - FiscalStart + 12) % 12 / 3 + 1}",
            "fiscal_year" => $"FY{FiscalYear(local)}",
            "hour_of_day" => local.Hour.ToString(CultureInfo.InvariantCulture),
            "day_of_week" => (((int)local.DayOfWeek + 6) % 7 + 1).ToString(CultureInfo.InvariantCulture),
            "qr_code_id" => fact.Context.Code,
            _ => "?",
        };
        return time != "?" ? time : fact.Event.Kind == "UNCONSENTED" ? null : Carried(fact.Context, dimension);
    }

    private string? Carried(TestEvent context, string dimension) => dimension switch
    {
        "campaign_id" => context.Campaign?.Id,
        "campaign_name" => context.Campaign?.Id is { } id ? _names[id] : null,
        "variant" => context.Campaign?.Variant,
        "channel_type" => context.Campaign?.ChannelType,
        "content_category" => context.Campaign?.ContentCategory,
        "conversion_goal" => context.Campaign?.ConversionGoal,
        "business_unit" => null,
        "country" => context.Place?.Country,
        "region" => context.Place?.Region,
        "city" => context.Place?.City,
        "device_type" => context.Device?.Type,
        "os" => context.Device?.OperatingSystem,
        "browser" => context.Device?.Browser,
        "lead_quality" => (context.IsScanKind ? context.LeadScore : null) switch { null => "Not Scored", >= 80 => "High Quality", >= 60 => "Medium Quality", >= 40 => "Low Quality", _ => "Unqualified" },
        _ => throw new ArgumentException(dimension),
    };

    // By the year in which it ends: its last day is the one before the same month begins again.
    private int FiscalYear(DateTime local) => new DateTime(local.Year - (local.Month < FiscalStart ? 1 : 0), FiscalStart, 1).AddYears(1).AddDays(-1).Year;

    private string HourLabel(DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, _zone);
        var start = local.AddTicks(-(local.TimeOfDay.Ticks % TimeSpan.TicksPerHour));
        return start.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
    }

    private DateTime Local(Fact fact) => TimeZoneInfo.ConvertTime(fact.Dated, _places?.GetValueOrDefault(fact.Context.Code) ?? _zone).DateTime;

    private static (decimal? Value, bool Exists) Counted(IEnumerable<Fact> facts, Func<Fact, bool> which) => facts.Count(which) is var count ? (count, count > 0) : default;

    private void AddSession(List<TestEvent> session)
    {
        var attribution = session.Where(e => e.IsScan).OrderBy(e => e.At).ThenBy(e => e.Id, StringComparer.Ordinal).FirstOrDefault();
        var isBot = attribution is null && session.Any(e => e is { IsScanKind: true, IsBot: true, IsTest: false });
        foreach (var e in session)
        {
            _facts.Add(new Fact(e, e.IsScanKind ? e : attribution ?? e, session, ReferenceEquals(e, attribution), !isBot && !e.IsTest && e.Kind != "UNCONSENTED"));
        }
    }

    /// <summary>An event and what its session makes of it.</summary>
    internal sealed record Fact(TestEvent Event, TestEvent Context, IReadOnlyList<TestEvent> Session, bool IsAttribution, bool IsCounted)
    {
        public bool IsNewCustomer { get; set; }

        /// <summary>Of an event without consent only the hour is known.</summary>
        public DateTimeOffset Dated => Event.Kind == "UNCONSENTED" ? new DateTimeOffset(Event.At.UtcTicks - (Event.At.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero) : Event.At;
    }
}
