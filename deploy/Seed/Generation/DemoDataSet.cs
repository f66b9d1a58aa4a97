using System.Globalization;
using QrPlatform.Seed.Campaigns;

namespace QrPlatform.Seed.Generation;

/// <summary>
/// The demo data of a size, up to a last day. Sessions come as a Poisson process of every campaign's day: session i of a day is in the
/// data when the sum of its first i + 1 exponential gaps, divided by the day's weight, is below a threshold, and the size decides the
/// threshold. So a larger set contains every smaller one with the same last day, and any size can be asked for.
/// </summary>
internal sealed class DemoDataSet
{
    private readonly List<Day> _days = [];
    private readonly double _threshold;

    /// <summary>The session at the threshold, and how many of its events are left out to meet the size.</summary>
    private readonly (int Day, int Session, int LeftOut) _last;

    /// <param name="size">Number of events to send, repeated ones included.</param>
    /// <param name="lastDay">Last day, by each tenant's time zone.</param>
    public DemoDataSet(int size, DateOnly lastDay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        (Size, LastDay) = (size, lastDay);
        // In time's order, as they are sent.
        for (var daysBefore = DemoTenants.Days - 1; daysBefore >= 0; daysBefore--)
            foreach (var tenant in DemoTenants.All)
                foreach (var campaign in tenant.Campaigns)
                    AddDay(tenant, campaign, daysBefore);
        (_threshold, _last) = FindThreshold();
    }

    /// <summary>Number of events to send, repeated ones included.</summary>
    public int Size { get; }

    /// <summary>First day.</summary>
    public DateOnly FirstDay => LastDay.AddDays(1 - DemoTenants.Days);

    /// <summary>Last day.</summary>
    public DateOnly LastDay { get; }

    /// <summary>All events in the order of their arrival; generated while they are read.</summary>
    public IEnumerable<SeedEntry> Entries()
    {
        var waiting = new PriorityQueue<SeedEntry, (DateTimeOffset, string, int)>();
        var order = 0;
        for (var number = 0; number < _days.Count; number++)
        {
            var day = _days[number];
            // Everything of a day happens after its date has begun in the easternmost place.
            var begin = new DateTimeOffset(day.Date.ToDateTime(TimeOnly.MinValue), TimeSpan.FromHours(2));
            while (waiting.TryPeek(out _, out var next) && next.Item1 < begin) yield return waiting.Dequeue();
            foreach (var session in Sessions(number))
                foreach (var entry in session)
                    waiting.Enqueue(entry, (entry.ArrivesAt, entry.Event.EventId, order++));
        }

        while (waiting.TryDequeue(out var entry, out _)) yield return entry;
    }

    private void AddDay(DemoTenant tenant, DemoCampaign campaign, int daysBefore)
    {
        var date = LastDay.AddDays(-daysBefore);
        var cell = $"{tenant.Id}/{campaign.Id}";
        var weather = new SeedRandom(string.Create(CultureInfo.InvariantCulture, $"{cell}/{date.DayNumber}/weather"));
        var growth = 1 + 0.5 * (DemoTenants.Days - daysBefore) / DemoTenants.Days;
        var weight = campaign.Weight * growth * BusinessCalendar.Day(campaign.Week, date) * campaign.Season(date, daysBefore) * weather.LogNormal(1, 0.12);
        if (campaign.Breakdown?.Covers(daysBefore) == true) weight *= 0.6;
        if (weight <= 0) return;
        var midnight = LastDay.AddDays(1).ToDateTime(TimeOnly.MinValue);
        var end = new DateTimeOffset(midnight, TimeZoneInfo.FindSystemTimeZoneById(tenant.TimeZone).GetUtcOffset(midnight));
        _days.Add(new Day(tenant, campaign, cell, date, daysBefore, weight, end));
    }

    private IEnumerable<IReadOnlyList<SeedEntry>> Sessions(int number)
    {
        var day = _days[number];
        var index = 0;
        foreach (var priority in day.Priorities(_threshold))
        {
            var session = day.Session(index);
            yield return priority < _threshold || (number, index) != (_last.Day, _last.Session) ? session : [.. session.Take(session.Count - _last.LeftOut)];
            index++;
        }
    }

    private (double Threshold, (int Day, int Session, int LeftOut) Last) FindThreshold()
    {
        // About three events a session; more is looked at until it is enough.
        for (var guess = Size / (2.5 * _days.Sum(static day => day.Weight)); ; guess *= 1.5)
        {
            var sessions = new List<(double Priority, int Day, int Session, int Events)>();
            for (var number = 0; number < _days.Count; number++)
            {
                var index = 0;
                foreach (var priority in _days[number].Priorities(guess))
                {
                    sessions.Add((priority, number, index, _days[number].Session(index).Count));
                    index++;
                }
            }

            sessions.Sort();
            long events = 0;
            foreach (var session in sessions)
            {
                events += session.Events;
                if (events >= Size) return (session.Priority, (session.Day, session.Session, (int)(events - Size)));
            }
        }
    }

    /// <summary>A campaign's day.</summary>
    private sealed record Day(DemoTenant Tenant, DemoCampaign Campaign, string Cell, DateOnly Date, int DaysBefore, double Weight, DateTimeOffset End)
    {
        /// <summary>Priorities of its sessions up to and including the threshold, rising.</summary>
        public IEnumerable<double> Priorities(double threshold)
        {
            var random = new SeedRandom(string.Create(CultureInfo.InvariantCulture, $"{Cell}/{Date.DayNumber}"));
            for (var priority = random.Exponential() / Weight; priority <= threshold; priority += random.Exponential() / Weight) yield return priority;
        }

        public IReadOnlyList<SeedEntry> Session(int index) => DemoSession.Events(Tenant, Campaign, Cell, Date, DaysBefore, index, End);
    }
}
