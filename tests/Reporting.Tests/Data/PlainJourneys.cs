using static QrPlatform.Reporting.Tests.Data.PlainNumbers;

namespace QrPlatform.Reporting.Tests.Data;

/// <summary>What visitors did after their scans and how long sessions were, one visitor and one session after the other.</summary>
internal sealed class PlainJourneys
{
    private static readonly string[] Steps = ["LANDING_VIEW", "ENGAGEMENT", "LEAD", "CUSTOMER"];

    private readonly ILookup<Guid, Fact> _byVisitor;
    private readonly Dictionary<Guid, Fact> _firstScans;

    public PlainJourneys(IEnumerable<Fact> facts)
    {
        _byVisitor = facts.Where(f => f.Event.Visitor is not null).ToLookup(f => f.Event.Visitor!.Value);
        _firstScans = _byVisitor.Where(of => of.Any(f => f.Event.IsScan))
            .ToDictionary(of => of.Key, of => of.Where(f => f.Event.IsScan).OrderBy(f => f.Event.At).ThenBy(f => f.Event.Id, StringComparer.Ordinal).First());
    }

    public static readonly string[] AllMetrics =
    [
        "average_session_seconds", "session_depth", "new_visitors", "lifetime_value_90d", "lifetime_value_365d", "cross_campaign_visitors",
        "landed_visitors", "engaged_visitors", "lead_visitors", "customer_visitors",
        .. new[] { "scan_to_landing_rate", "landing_to_engagement_rate", "engagement_to_lead_rate", "lead_to_customer_rate", "scan_to_customer_rate" }
            .SelectMany(rate => new[] { rate, rate + "_low", rate + "_high" }),
    ];

    /// <summary>A metric over the facts of a group, and whether anything of it was there.</summary>
    public (decimal? Value, bool Exists) Metric(string name, IReadOnlyCollection<Fact> facts) => name switch
    {
        "average_session_seconds" => OfSessions(facts, held => (decimal)(held[^1].At - held[0].At).TotalSeconds),
        "session_depth" => OfSessions(facts, held => held.Count),
        "new_visitors" => NewVisitors(facts).Count is var count ? (count, count > 0) : default,
        "lifetime_value_90d" => Lifetime(facts, 90),
        "lifetime_value_365d" => Lifetime(facts, 365),
        "cross_campaign_visitors" => (Starts(facts).Count(of => of.Select(f => f.Context.Campaign?.Id).OfType<string>().Distinct().Count() > 1), Starts(facts).Any()),
        _ => OfFunnel(name, facts),
    };

    private static (decimal?, bool) OfSessions(IReadOnlyCollection<Fact> facts, Func<List<TestEvent>, decimal> value)
    {
        var values = facts.Where(f => f.IsAttribution).Select(f => value([.. f.Session
            .Where(e => e.IsScan || (e.Kind is "LANDING_VIEW" or "ENGAGEMENT" && !e.IsTest))
            .Where(e => e.At >= f.Event.At && e.At - f.Event.At <= TimeSpan.FromHours(24)).OrderBy(e => e.At)])).ToList();
        return (values.Count == 0 ? null : values.Sum() / values.Count, values.Count > 0);
    }

    private static List<IGrouping<Guid, Fact>> Starts(IEnumerable<Fact> facts) => [.. facts.Where(f => f.Event is { IsScan: true, Visitor: not null }).GroupBy(f => f.Event.Visitor!.Value)];

    private List<Fact> NewVisitors(IEnumerable<Fact> facts) => [.. facts.Where(f => f.Event is { IsScan: true, Visitor: { } visitor } && ReferenceEquals(_firstScans[visitor], f))];

    private (decimal?, bool) Lifetime(IEnumerable<Fact> facts, int days)
    {
        var visitors = NewVisitors(facts);
        var earned = visitors.Sum(first => _byVisitor[first.Event.Visitor!.Value]
            .Where(f => f.IsCounted && f.Event.At >= first.Event.At && f.Event.At - first.Event.At < TimeSpan.FromDays(days)).Sum(f => f.Event.Revenue ?? 0));
        return (visitors.Count == 0 ? null : earned / visitors.Count, visitors.Count > 0);
    }

    private (decimal?, bool) OfFunnel(string name, IReadOnlyCollection<Fact> facts)
    {
        var went = Starts(facts).Select(scans => StepsOf(scans.Key, scans.Min(f => f.Event.At))).ToList();
        int Went(int steps) => went.Count(count => count >= steps);
        var exists = went.Count > 0;
        if (name.EndsWith("_visitors", StringComparison.Ordinal)) return (Went(Array.IndexOf(["landed_visitors", "engaged_visitors", "lead_visitors", "customer_visitors"], name) + 1), exists);
        var (from, to) = name.Split("_rate")[0] switch
        {
            "scan_to_landing" => (0, 1),
            "landing_to_engagement" => (1, 2),
            "engagement_to_lead" => (2, 3),
            "lead_to_customer" => (3, 4),
            "scan_to_customer" => (0, 4),
            _ => throw new ArgumentException(name),
        };
        var (all, part) = (Went(from), Went(to));
        if (all == 0) return (null, exists);
        return name.EndsWith("_rate", StringComparison.Ordinal) ? ((decimal)part / all, exists) : (Wilson((double)part / all, all, name.EndsWith("_low", StringComparison.Ordinal) ? -1 : 1), exists);
    }

    // How many steps, each at or after the one before, and none more than 30 days after the start.
    private int StepsOf(Guid visitor, DateTimeOffset start)
    {
        var at = start;
        for (var i = 0; i < Steps.Length; i++)
        {
            var next = _byVisitor[visitor].Where(f => f.IsCounted && f.Event.Kind == Steps[i] && f.Event.At >= at && f.Event.At - start <= TimeSpan.FromDays(30)).ToList();
            if (next.Count == 0) return i;
            at = next.Min(f => f.Event.At);
        }

        return Steps.Length;
    }

    private static decimal Wilson(double share, double count, int side)
    {
        const double Z = 1.96;
        var middle = share + Z * Z / (2 * count);
        var half = Z * Math.Sqrt(share * (1 - share) / count + Z * Z / (4 * count * count));
        return (decimal)((middle + side * half) / (1 + Z * Z / count));
    }
}
