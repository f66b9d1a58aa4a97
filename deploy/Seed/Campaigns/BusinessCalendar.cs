namespace QrPlatform.Seed.Campaigns;

/// <summary>What weekdays and holidays do to the number of scans.</summary>
internal static class BusinessCalendar
{
    private static readonly double[] LeisureHours = [0.4, 0.2, 0.1, 0.1, 0.1, 0.3, 0.8, 1.6, 2.3, 2.8, 3.4, 4, 4.6, 4.3, 4.1, 4.3, 4.9, 5.8, 6.3, 6, 5, 3.6, 2.1, 1];
    private static readonly double[] CommuteHours = [0.2, 0.1, 0.1, 0.1, 0.2, 1.2, 4.5, 9.5, 9, 4, 2.4, 2.4, 3.1, 2.8, 2.6, 3.4, 6.2, 9.8, 8, 4.1, 2.4, 1.7, 1.1, 0.5];
    private static readonly double[] MealHours = [0.2, 0.1, 0.1, 0, 0, 0.1, 0.4, 1.2, 1.8, 1.6, 2.6, 7.5, 11, 8.2, 3.1, 2, 2.8, 6.8, 11.5, 11, 7.4, 3.6, 1.4, 0.5];
    private static readonly double[] BusinessHours = [0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.6, 2, 5.2, 8.6, 10, 9.4, 6.8, 8, 9.6, 9, 7.2, 4.4, 2, 1.1, 0.8, 0.6, 0.4, 0.2];

    /// <summary>Weights of the 24 hours.</summary>
    public static ReadOnlySpan<double> Hours(HourProfile profile) => profile switch
    {
        HourProfile.Commute => CommuteHours,
        HourProfile.Meals => MealHours,
        HourProfile.Business => BusinessHours,
        _ => LeisureHours,
    };

    /// <summary>The day's factor, around 1.</summary>
    public static double Day(WeekProfile profile, DateOnly day) => Weekday(profile, day.DayOfWeek) * Holiday(profile, day);

    private static double Weekday(WeekProfile profile, DayOfWeek day) => (profile, day) switch
    {
        (WeekProfile.Weekends, DayOfWeek.Saturday) => 1.45,
        (WeekProfile.Weekends, DayOfWeek.Sunday) => 1.25,
        (WeekProfile.Weekends, DayOfWeek.Monday) => 0.8,
        (WeekProfile.Workdays, DayOfWeek.Saturday) => 0.35,
        (WeekProfile.Workdays, DayOfWeek.Sunday) => 0.25,
        (WeekProfile.Workdays, DayOfWeek.Friday) => 0.9,
        (WeekProfile.GoingOut, DayOfWeek.Friday) => 1.6,
        (WeekProfile.GoingOut, DayOfWeek.Saturday) => 1.8,
        (WeekProfile.GoingOut, DayOfWeek.Monday) => 0.6,
        (WeekProfile.GoingOut, DayOfWeek.Tuesday) => 0.7,
        _ => 1,
    };

    private static double Holiday(WeekProfile profile, DateOnly day)
    {
        var isWork = profile == WeekProfile.Workdays;
        if (day is { Month: 12, Day: 25 }) return isWork ? 0.1 : 0.25;
        if (day is { Month: 12, Day: 24 or 26 } or { Month: 1, Day: 1 }) return isWork ? 0.2 : 0.5;
        if (day is { Month: 7, Day: 4 }) return isWork ? 0.2 : 0.8;
        if (day == LastMonday(day.Year, 5) || day == NthWeekday(day.Year, 9, DayOfWeek.Monday, 1)) return isWork ? 0.25 : 1.2;
        var thanksgiving = NthWeekday(day.Year, 11, DayOfWeek.Thursday, 4);
        if (day == thanksgiving) return isWork ? 0.15 : 0.45;
        return day == thanksgiving.AddDays(1) ? isWork ? 0.4 : 2.1 : 1;
    }

    /// <summary>The n-th such weekday of a month, from 1.</summary>
    public static DateOnly NthWeekday(int year, int month, DayOfWeek weekday, int n)
    {
        var first = new DateOnly(year, month, 1);
        return first.AddDays(((int)weekday - (int)first.DayOfWeek + 7) % 7 + 7 * (n - 1));
    }

    private static DateOnly LastMonday(int year, int month)
    {
        var last = new DateOnly(year, month, DateTime.DaysInMonth(year, month));
        return last.AddDays(-(((int)last.DayOfWeek - (int)DayOfWeek.Monday + 7) % 7));
    }
}
