using System.Security.Cryptography;
using QrPlatform.Contracts.Scans;
using QrPlatform.Seed.Campaigns;
using QrPlatform.Seed.Generation;
using QrPlatform.Seed.Sending;

namespace QrPlatform.Seed.Tests;

public sealed class DemoDataSetTests
{
    private static readonly DateOnly LastDay = new(2026, 11, 20);
    private static readonly Lazy<SeedEntry[]> Entries = new(static () => [.. new DemoDataSet(30_000, LastDay).Entries()]);

    [Fact]
    public void Is_the_same_to_the_byte_whenever_it_is_made()
    {
        Assert.Equal(Hash(new DemoDataSet(5_000, LastDay)), Hash(new DemoDataSet(5_000, LastDay)));
        Assert.NotEqual(Hash(new DemoDataSet(5_000, LastDay)), Hash(new DemoDataSet(5_000, LastDay.AddDays(-1))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(999)]
    [InlineData(20_000)]
    public void Has_as_many_events_as_were_asked_for(int size) => Assert.Equal(size, new DemoDataSet(size, LastDay).Entries().Count());

    [Fact]
    public void Contains_every_smaller_set_with_the_same_last_day()
    {
        var larger = new DemoDataSet(9_000, LastDay).Entries().Select(static entry => Text(entry.Event)).ToHashSet();
        Assert.All(new DemoDataSet(4_000, LastDay).Entries(), entry => Assert.Contains(Text(entry.Event), larger));
    }

    [Fact]
    public void Keeps_to_its_days_by_every_tenants_clock()
    {
        foreach (var tenant in DemoTenants.All)
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(tenant.TimeZone);
            var days = Entries.Value.Where(entry => entry.TenantId == tenant.Id)
                .Select(entry => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(entry.Event.Timestamp, zone).DateTime)).ToList();
            Assert.Equal(LastDay, days.Max());
            // A day of an eastern place begins before the tenant's.
            Assert.InRange(days.Min(), LastDay.AddDays(-DemoTenants.Days), LastDay.AddDays(1 - DemoTenants.Days));
        }
    }

    [Fact]
    public void Repeats_events_unchanged_and_gives_no_id_twice()
    {
        var byId = Entries.Value.GroupBy(static entry => entry.Event.EventId).ToList();
        Assert.InRange(byId.Count(static same => same.Count() == 2), 100, 500);
        Assert.All(byId, static same => Assert.Single(same.Select(static entry => (entry.TenantId, Text(entry.Event))).Distinct()));
    }

    [Fact]
    public void Comes_in_the_order_of_arrival_and_not_of_what_happened()
    {
        Assert.Equal(Entries.Value.Select(static entry => entry.ArrivesAt).Order(), Entries.Value.Select(static entry => entry.ArrivesAt));
        Assert.Contains(Entries.Value, static entry => entry.ArrivesAt - entry.Event.Timestamp > TimeSpan.FromDays(1));
        var (scanned, beforeTheirScan) = (new HashSet<string>(), 0);
        foreach (var item in Entries.Value.Select(static entry => entry.Event).Where(static item => item.SessionId is not null))
        {
            if (item.EventType is ScanEventType.Scan or ScanEventType.Rescan) scanned.Add(item.SessionId!);
            else if (!scanned.Contains(item.SessionId!)) beforeTheirScan++;
        }

        Assert.InRange(beforeTheirScan, 50, 3000);
    }

    [Fact]
    public void Nobody_scans_what_is_not_installed_yet()
    {
        var waiting = Assert.Single(DemoTenants.All.SelectMany(static tenant => tenant.Campaigns).SelectMany(static campaign => campaign.Placements), static placement => !placement.IsInstalled);
        Assert.DoesNotContain(Entries.Value, entry => entry.Event.QrCodeId == waiting.Code);
    }

    [Fact]
    public void One_campaign_breaks_down_in_the_middle()
    {
        var posters = Assert.Single(DemoTenants.Demo.Campaigns, static campaign => campaign.Breakdown is not null);
        var spell = posters.Breakdown!.Value;
        double LandingRate(int first, int last)
        {
            var events = Entries.Value.Select(static entry => entry.Event)
                .Where(item => item.CampaignContext?.CampaignId == posters.Id && item.DeviceInfo?.DeviceType is not null)
                .Where(item => item.Timestamp >= Midnight(first) && item.Timestamp < Midnight(last - 1)).ToList();
            return (double)events.Count(static item => item.EventType == ScanEventType.LandingView)
                / events.Count(static item => item.EventType is ScanEventType.Scan or ScanEventType.Rescan);
        }

        Assert.InRange(LandingRate(spell.First - 1, spell.Last + 1), 0, 0.25);
        Assert.InRange(LandingRate(spell.First + 60, spell.First + 2), 0.85, 1);
    }

    [Fact]
    public void Has_what_makes_scan_data_hard()
    {
        var events = Entries.Value.Select(static entry => entry.Event).ToList();
        Assert.Equal(Enum.GetValues<ScanEventType>().Length, events.Select(static item => item.EventType).Distinct().Count());
        Assert.Contains(events, static item => item.IsTest);
        Assert.Contains(events, static item => item.Consent is { Analytics: false });
        Assert.Contains(events, static item => item.CampaignContext is null);
        Assert.Contains(events, static item => item.SessionId is null && item.VisitorId is not null);
        Assert.Contains(events, static item => item.SessionId is null && item.VisitorId is null && item.DeviceInfo!.DeviceType is null);
        Assert.All(DemoTenants.All, tenant => Assert.Contains(Entries.Value, entry => entry.TenantId == tenant.Id));
        var sessions = events.Where(static item => item.SessionId is not null).GroupBy(static item => item.SessionId);
        Assert.Contains(sessions, static session => session.Max(static item => item.Timestamp) - session.Min(static item => item.Timestamp) > TimeSpan.FromDays(3));
    }

    [Fact]
    public void Weekends_and_holidays_show()
    {
        var perDay = Entries.Value.Where(static entry => entry.TenantId == "demo" && entry.Event.CampaignContext?.CampaignId == "camp_transit_ads" && entry.Event.EventType == ScanEventType.Scan)
            .GroupBy(static entry => DateOnly.FromDateTime(entry.Event.Timestamp.UtcDateTime.AddHours(-5))).ToDictionary(static day => day.Key, static day => day.Count());
        double Mean(Func<DayOfWeek, bool> choose) => perDay.Where(day => choose(day.Key.DayOfWeek)).Average(static day => day.Value);
        Assert.True(Mean(static day => day is DayOfWeek.Saturday or DayOfWeek.Sunday) < 0.6 * Mean(static day => day is DayOfWeek.Tuesday or DayOfWeek.Wednesday));
        Assert.Equal(new DateOnly(2026, 11, 26), BusinessCalendar.NthWeekday(2026, 11, DayOfWeek.Thursday, 4));
        Assert.True(BusinessCalendar.Day(WeekProfile.Weekends, new DateOnly(2026, 11, 27)) > 2);
        Assert.True(BusinessCalendar.Day(WeekProfile.Workdays, new DateOnly(2026, 5, 25)) < 0.5);
    }

    private static DateTimeOffset Midnight(int daysBefore) => new(LastDay.AddDays(-daysBefore).ToDateTime(TimeOnly.MinValue), TimeSpan.FromHours(-7));

    private static string Text(ScanEvent item) => System.Text.Encoding.UTF8.GetString(EventSender.Serialize(item));

    private static string Hash(DemoDataSet data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in data.Entries()) hash.AppendData(EventSender.Serialize(entry.Event));
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
