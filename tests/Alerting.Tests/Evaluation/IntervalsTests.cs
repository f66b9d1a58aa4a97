using System.Globalization;
using QrPlatform.Alerting.Evaluation;

namespace QrPlatform.Alerting.Tests.Evaluation;

public sealed class IntervalsTests
{
    [Theory]
    [InlineData("2025-11-02T12:07:30Z", "15m", "America/Los_Angeles", "2025-11-02T12:00:00Z", "2025-11-02T12:15:00Z")]
    [InlineData("2025-11-02T12:07:30Z", "hour", "Asia/Kathmandu", "2025-11-02T11:15:00Z", "2025-11-02T12:15:00Z")]
    [InlineData("2025-11-02T08:30:00Z", "hour", "America/Los_Angeles", "2025-11-02T08:00:00Z", "2025-11-02T09:00:00Z")]
    [InlineData("2025-11-02T09:30:00Z", "hour", "America/Los_Angeles", "2025-11-02T09:00:00Z", "2025-11-02T10:00:00Z")]
    [InlineData("2025-11-02T12:00:00Z", "day", "America/Los_Angeles", "2025-11-02T07:00:00Z", "2025-11-03T08:00:00Z")]
    [InlineData("2025-03-09T12:00:00Z", "day", "America/Los_Angeles", "2025-03-09T08:00:00Z", "2025-03-10T07:00:00Z")]
    [InlineData("2025-09-07T12:00:00Z", "day", "America/Santiago", "2025-09-07T04:00:00Z", "2025-09-08T03:00:00Z")]
    [InlineData("2025-11-02T12:00:00Z", "day", "America/Havana", "2025-11-02T04:00:00Z", "2025-11-03T05:00:00Z")]
    public void Contains_an_instant(string at, string interval, string zone, string start, string end) =>
        Assert.Equal(new Interval(Instant(start), Instant(end)), Intervals.Containing(Instant(at), interval, TimeZoneInfo.FindSystemTimeZoneById(zone)));

    [Theory]
    [InlineData("15m")]
    [InlineData("hour")]
    [InlineData("day")]
    public void Follow_each_other_without_gap_through_a_year(string interval)
    {
        foreach (var zone in ((string[])["America/Los_Angeles", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago", "UTC"]).Select(TimeZoneInfo.FindSystemTimeZoneById))
        {
            var next = Intervals.From(Instant("2025-01-01T00:07:00Z"), interval, zone);
            while (next.End.Year < 2026)
            {
                var following = Intervals.From(next.End, interval, zone);
                Assert.Equal(next.End, following.Start);
                Assert.True(following.End > following.Start);
                next = following;
            }
        }
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
