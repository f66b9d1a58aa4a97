namespace QrPlatform.Alerting.Evaluation;

/// <summary>A stretch of time, its end excluded.</summary>
internal sealed record Interval(DateTimeOffset Start, DateTimeOffset End);

/// <summary>
/// Cuts time into quarters of an hour, hours or days of a zone. Days are as long as the zone has them; an hour that comes twice in autumn is two.
/// </summary>
internal static class Intervals
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    /// <summary>The first interval that begins at <paramref name="at"/> or later.</summary>
    public static Interval From(DateTimeOffset at, string interval, TimeZoneInfo zone)
    {
        var containing = Containing(at, interval, zone);
        return containing.Start == at ? containing : Containing(containing.End, interval, zone);
    }

    /// <summary>The interval that an instant is in.</summary>
    public static Interval Containing(DateTimeOffset at, string interval, TimeZoneInfo zone)
    {
        if (interval == "day")
        {
            var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);
            return new Interval(StartOf(day, zone), StartOf(day.AddDays(1), zone));
        }

        var quarter = new DateTimeOffset(at.UtcTicks - (at.UtcTicks % Quarter.Ticks), TimeSpan.Zero);
        if (interval == "15m") return new Interval(quarter, quarter + Quarter);

        // Zones differ from UTC by whole quarters of an hour. Hours begin where the zone's clock shows :00, also where it is put by half an hour.
        var (start, end) = (quarter, quarter + Quarter);
        while (TimeZoneInfo.ConvertTime(start, zone).Minute != 0) start -= Quarter;
        while (TimeZoneInfo.ConvertTime(end, zone).Minute != 0) end += Quarter;
        return new Interval(start, end);
    }

    // A day begins with its earliest instant: where clocks go forward over midnight, the first that exists.
    private static DateTimeOffset StartOf(DateOnly day, TimeZoneInfo zone)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Unspecified);
        while (zone.IsInvalidTime(midnight)) midnight = midnight.AddMinutes(15);
        var offset = zone.IsAmbiguousTime(midnight) ? zone.GetAmbiguousTimeOffsets(midnight).Max() : zone.GetUtcOffset(midnight);
        return new DateTimeOffset(midnight, offset).ToUniversalTime();
    }
}
