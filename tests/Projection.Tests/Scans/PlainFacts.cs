using QrPlatform.Events;

namespace QrPlatform.Projection.Tests.Scans;

/// <summary>
/// What the contract says of sessions, attribution, bots and customers, computed from all events at once: slowly, and in another way than the
/// projection does it.
/// </summary>
internal static class PlainFacts
{
    /// <summary>One line per scan, conversion and amount that counts, as <see cref="Sql"/> gives them.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<(string Stream, SessionEvent Event)> history)
    {
        var rows = history.GroupBy(entry => entry.Stream).SelectMany(stream => Sessions(stream.Key, [.. stream.Select(entry => entry.Event)])).SelectMany(Facts).ToList();
        var known = new HashSet<Guid>();
        foreach (var (e, context, isCounted) in rows.OrderBy(row => row.Event.OccurredAt).ThenBy(row => row.Event.EventId, StringComparer.Ordinal))
        {
            if (IsScan(e)) yield return $"scan {e.EventId} {Place(context)} {e.LeadScore?.ToString() ?? "-"}";
            if (!isCounted) continue;
            for (var i = 1; i <= (e.Conversions?.Count ?? 0); i++) yield return $"conversion {e.EventId} {i} {Place(context)}";
            if (e.ReportingRevenue is { } money) yield return $"revenue {e.EventId} {money.Amount:0.00} {Place(context)}";
            if (e is CustomerRecorded && (e.Visitor is not { } visitor || known.Add(visitor))) yield return $"customer {e.EventId}";
        }
    }

    /// <summary>The same from the read models.</summary>
    public const string Sql =
        """
        with f as (
            select f.*, concat_ws(' ', f.qr_code_id, coalesce(f.campaign_id, '-'), coalesce(f.city, '-'), coalesce(f.device_type, '-')) as place from projection.event_fact f)
        select concat_ws(' ', 'scan', event_id, place, coalesce(trim_scale(lead_score)::text, '-')) from f where is_scan
        union all
        select concat_ws(' ', 'conversion', event_id, i, place) from f cross join lateral generate_series(1, cardinality(f.conversions)) i where is_counted
        union all
        select concat_ws(' ', 'revenue', event_id, round(revenue, 2), place) from f where is_counted and revenue is not null
        union all
        select 'customer ' || event_id from f where is_new_customer
        """;

    private static bool IsScan(SessionEvent e) => e is (ScanRecorded or RescanRecorded) and { IsBot: false, IsTest: false };

    private static string Place(SessionEvent e) => $"{e.QrCodeId} {e.Campaign?.Id ?? "-"} {e.Place?.City ?? "-"} {e.Device?.Type ?? "-"}";

    private static IEnumerable<List<SessionEvent>> Sessions(string stream, List<SessionEvent> events)
    {
        if (stream[0] != 'v') return [events];
        var sessions = new List<List<SessionEvent>>();
        foreach (var e in events.OrderBy(e => e.OccurredAt).ThenBy(e => e.EventId, StringComparer.Ordinal))
        {
            if (sessions.Count == 0 || e.OccurredAt - sessions[^1][^1].OccurredAt > TimeSpan.FromMinutes(30) || e.OccurredAt - sessions[^1][0].OccurredAt > TimeSpan.FromHours(24))
                sessions.Add([]);
            sessions[^1].Add(e);
        }

        return sessions;
    }

    private static IEnumerable<(SessionEvent Event, SessionEvent Context, bool IsCounted)> Facts(List<SessionEvent> session)
    {
        var attribution = session.Where(IsScan).OrderBy(e => e.OccurredAt).ThenBy(e => e.EventId, StringComparer.Ordinal).FirstOrDefault();
        var isBots = attribution is null && session.Any(e => e is (ScanRecorded or RescanRecorded) and { IsBot: true, IsTest: false });
        return session.Select(e => (e, e is ScanRecorded or RescanRecorded ? e : attribution ?? e, !e.IsTest && !isBots));
    }
}
