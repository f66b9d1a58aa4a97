namespace QrPlatform.EndToEnd.Data;

/// <summary>
/// The contract's metrics, computed from the raw events as plainly as they are defined, without anything of the platform's.
/// </summary>
internal sealed class PlainMetrics
{
    private static readonly TimeSpan Gap = TimeSpan.FromMinutes(30), Cap = TimeSpan.FromHours(24);

    private readonly TimeZoneInfo _zone;
    private readonly List<Fact> _facts = [];
    private readonly Dictionary<string, DateTimeOffset> _firstScan = [];

    public PlainMetrics(IEnumerable<Event> events, string timeZone)
    {
        _zone = TimeZoneInfo.FindSystemTimeZoneById(timeZone);
        var stored = new List<Event>();
        foreach (var next in events)
        {
            if (next.Consent is { Analytics: false } refused && (refused.RecordedAt ?? next.Timestamp) <= next.Timestamp) Unconsented.Add(next);
            else if (next.BehaviorMetrics is { RevenueAttribution: not null, Currency: { } currency } && currency != "USD") Quarantined++;
            else stored.Add(next);
        }

        Stored = stored.Count;
        foreach (var session in Cut(stored)) AddSession(session);
        foreach (var scan in _facts.Where(fact => fact.Event is { IsScan: true, VisitorId: not null }))
        {
            if (!_firstScan.TryGetValue(scan.Event.VisitorId!, out var first) || scan.Event.Timestamp < first)
                _firstScan[scan.Event.VisitorId!] = scan.Event.Timestamp;
        }
    }

    public int Stored { get; }

    public int Quarantined { get; }

    public List<Event> Unconsented { get; } = [];

    /// <summary>Labels of the dimensions that the tests ask for.</summary>
    public string? Label(Fact fact, string dimension) => dimension switch
    {
        "day" => Day(fact.Event.Timestamp).ToString("yyyy-MM-dd", null),
        "campaign_id" => fact.Context.CampaignContext?.CampaignId,
        "variant" => fact.Context.CampaignContext?.Variant,
        "country" => fact.Context.ScanLocation?.Country,
        "device_type" => fact.Context.DeviceInfo?.DeviceType,
        "qr_code_id" => fact.Context.QrCodeId,
        _ => throw new ArgumentException(dimension),
    };

    /// <summary>Every metric of every group in a range of local days: (labels joined by '|', metric) → value, null where there is none.</summary>
    public Dictionary<(string Group, string Metric), decimal?> Compute(IReadOnlyList<string> dimensions, DateOnly from, DateOnly to)
    {
        var result = new Dictionary<(string, string), decimal?>();
        var start = StartOf(from);
        var inRange = _facts.Where(fact => Day(fact.Event.Timestamp) is var day && day >= from && day <= to);
        foreach (var group in inRange.GroupBy(fact => string.Join('|', dimensions.Select(dimension => Label(fact, dimension) ?? "∅"))))
        {
            var facts = group.ToList();
            var scans = facts.Where(fact => fact.Event.IsScan).ToList();
            var sessions = scans.Where(fact => fact.IsAttribution).ToList();
            var counted = facts.Where(fact => fact.IsCounted).ToList();
            var scored = scans.Where(fact => fact.Event.BehaviorMetrics?.LeadScore is not null).ToList();
            var engaged = sessions.Where(fact => fact.Session.Any(e => e.IsTest != true && e.BehaviorMetrics?.EngagementDuration is not null)).ToList();
            var visitors = scans.Select(fact => fact.Event.VisitorId).OfType<string>().Distinct().ToList();
            var converting = sessions.Count(fact => fact.Session.Any(e => e.IsTest != true && e.Conversions > 0));
            var converting7 = sessions.Count(fact => fact.Session.Any(e => e.IsTest != true && e.Conversions > 0 && e.Timestamp <= fact.Event.Timestamp.AddDays(7)));

            void Set(string metric, decimal? value) => result[(group.Key, metric)] = value;
            Set("total_scans", scans.Count);
            Set("sessions", sessions.Count);
            Set("unique_visitors", visitors.Count);
            Set("returning_visitors", visitors.Count(visitor => _firstScan[visitor] < start));
            Set("conversions", counted.Sum(fact => fact.Event.Conversions));
            Set("converting_sessions", converting);
            Set("conversion_rate", sessions.Count == 0 ? null : (decimal)converting / sessions.Count);
            Set("conversion_rate_7d", sessions.Count == 0 ? null : (decimal)converting7 / sessions.Count);
            Set("revenue", counted.Sum(fact => fact.Event.Revenue ?? 0));
            Set("average_lead_score", scored.Count == 0 ? null : scored.Sum(fact => fact.Event.BehaviorMetrics!.LeadScore!.Value) / scored.Count);
            Set("average_engagement_seconds", engaged.Count == 0 ? null : engaged.Sum(fact => fact.Session.Where(e => e.IsTest != true).Sum(e => e.BehaviorMetrics?.EngagementDuration ?? 0)) / engaged.Count);
            Set("new_customers", counted.Count(IsNewCustomer));
            Set("bot_scans", facts.Count(fact => fact.Event is { IsScanKind: true, IsBot: true } && fact.Event.IsTest != true));
            Set("test_scans", facts.Count(fact => fact.Event is { IsScanKind: true, IsTest: true }));
        }

        return result;
    }

    private bool IsNewCustomer(Fact fact) =>
        fact.Event.EventType == "CUSTOMER"
        && (fact.Event.VisitorId is null || ReferenceEquals(fact, _facts
            .Where(other => other.IsCounted && other.Event.EventType == "CUSTOMER" && other.Event.VisitorId == fact.Event.VisitorId)
            .OrderBy(other => other.Event.Timestamp).ThenBy(other => other.Event.EventId, StringComparer.Ordinal).First()));

    private void AddSession(List<Event> session)
    {
        var attribution = session.Where(e => e.IsScan).OrderBy(e => e.Timestamp).ThenBy(e => e.EventId, StringComparer.Ordinal).FirstOrDefault();
        var isBot = attribution is null && session.Any(e => e.IsScanKind && e.IsBot && e.IsTest != true);
        foreach (var e in session)
        {
            var context = e.IsScanKind ? e : attribution ?? e;
            _facts.Add(new Fact(e, context, session, ReferenceEquals(e, attribution), !isBot && e.IsTest != true));
        }
    }

    private static IEnumerable<List<Event>> Cut(List<Event> events)
    {
        foreach (var named in events.Where(e => e.SessionId is not null).GroupBy(e => e.SessionId)) yield return [.. named];
        foreach (var lone in events.Where(e => e is { SessionId: null, VisitorId: null })) yield return [lone];
        foreach (var visitor in events.Where(e => e is { SessionId: null, VisitorId: not null }).GroupBy(e => e.VisitorId))
        {
            List<Event> current = [];
            foreach (var e in visitor.OrderBy(e => e.Timestamp).ThenBy(e => e.EventId, StringComparer.Ordinal))
            {
                if (current.Count > 0 && (e.Timestamp - current[^1].Timestamp > Gap || e.Timestamp - current[0].Timestamp > Cap))
                {
                    yield return current;
                    current = [];
                }

                current.Add(e);
            }

            yield return current;
        }
    }

    private DateOnly Day(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, _zone).DateTime);

    private DateTimeOffset StartOf(DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(local, _zone.GetUtcOffset(local));
    }

    /// <summary>An event with what its session makes of it.</summary>
    internal sealed record Fact(Event Event, Event Context, List<Event> Session, bool IsAttribution, bool IsCounted);
}
