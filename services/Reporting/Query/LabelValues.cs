using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using QrPlatform.Bi;
using QrPlatform.Reporting.Catalogue;

namespace QrPlatform.Reporting.Query;

/// <summary>Reads filter values: labels of time dimensions back into what they stand for, everything else as its dimension's type.</summary>
internal static partial class LabelValues
{
    private const string Fiscal = "FY";

    private static readonly string[] HourFormats = ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];
    private static readonly string[] ClockFormats = ["yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm"];

    /// <summary>What a value must look like, for messages.</summary>
    public static string Expected(Dimension dimension, bool ofPlacements = false) => dimension.Kind switch
    {
        DimensionKind.Hour when ofPlacements => $"Must be a label such as {dimension.Example![..19]}, without offset, or null.",
        DimensionKind.Text => "Must be a text without NUL, up to 1,000 characters, or null.",
        DimensionKind.Choice => $"Must be one of: {string.Join(", ", dimension.Choices!)}, or null.",
        DimensionKind.Integer => $"Must be a whole number from {dimension.Range.Least} to {dimension.Range.Most}, or null.",
        _ => $"Must be a label such as {dimension.Example}, or null.",
    };

    /// <summary>The value as what its key is compared with, or null where it does not fit.</summary>
    public static object? Read(Dimension dimension, JsonElement value, bool ofPlacements = false)
    {
        if (dimension.Kind == DimensionKind.Integer) return Integer(dimension, value);
        // A year may be written as a number.
        var text = value.ValueKind switch
        {
            JsonValueKind.String => JsonObjectReader.Storable(value.GetString()!),
            JsonValueKind.Number when dimension.Grain == TimeGrain.Year => value.GetRawText(),
            _ => null,
        };
        return text is null ? null : dimension.Kind switch
        {
            DimensionKind.Choice => dimension.Choices!.Contains(text) ? text : null,
            DimensionKind.Hour => ofPlacements ? ClockHour(text) : Hour(text),
            DimensionKind.Period => Period(dimension.Grain, text),
            _ => text,
        };
    }

    /// <summary>An empty array of the dimension's type, <paramref name="length"/> long.</summary>
    public static Array NewArray(Dimension dimension, int length) => dimension.Kind switch
    {
        DimensionKind.Integer => new int[length],
        DimensionKind.Hour or DimensionKind.Period => new DateTime[length],
        _ => new string[length],
    };

    /// <inheritdoc cref="JsonObjectReader.ParseDay"/>
    public static DateOnly? Day(string text) => JsonObjectReader.ParseDay(text);

    private static object? Integer(Dimension dimension, JsonElement value)
    {
        var read = value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt32(out var number) => number,
            JsonValueKind.String when int.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            _ => int.MinValue,
        };
        return read >= dimension.Range.Least && read <= dimension.Range.Most ? read : null;
    }

    private static object? Hour(string text) =>
        DateTimeOffset.TryParseExact(text.Replace("Z", "+00:00", StringComparison.Ordinal), HourFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
        && at.UtcDateTime.Year is >= 1970 and < 2200 ? at.UtcDateTime : null;

    // What a clock shows, as if it were UTC.
    private static object? ClockHour(string text) =>
        DateTime.TryParseExact(text, ClockFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
        && at.Year is >= 1970 and < 2200 ? at : null;

    private static object? Period(TimeGrain? grain, string text)
    {
        var start = grain switch
        {
            TimeGrain.Day => Day(text),
            TimeGrain.Week when Week().Match(text) is { Success: true } week => IsoMonday(Part(week, 1), Part(week, 2)),
            TimeGrain.Month => Day(text + "-01"),
            TimeGrain.Quarter when Quarter().Match(text) is { Success: true } quarter => FirstOf(quarter),
            TimeGrain.Year => Day(text + "-01-01"),
            TimeGrain.FiscalQuarter when text.StartsWith(Fiscal, StringComparison.Ordinal) && Quarter().Match(text[Fiscal.Length..]) is { Success: true } quarter => FirstOf(quarter),
            TimeGrain.FiscalYear when text.StartsWith(Fiscal, StringComparison.Ordinal) => Day(text[Fiscal.Length..] + "-01-01"),
            _ => null,
        };
        return start is { Year: >= 1969 and < 2200 } day ? day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Unspecified) : null;
    }

    private static DateOnly FirstOf(Match quarter) => new(Part(quarter, 1), (Part(quarter, 2) * 3) - 2, 1);

    private static DateOnly? IsoMonday(int year, int week) =>
        year is >= 1970 and < 2200 && week >= 1 && week <= ISOWeek.GetWeeksInYear(year) ? DateOnly.FromDateTime(ISOWeek.ToDateTime(year, week, DayOfWeek.Monday)) : null;

    private static int Part(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^([0-9]{4})-W([0-9]{2})\z")]
    private static partial Regex Week();

    [GeneratedRegex(@"^([1-9][0-9]{3})-Q([1-4])\z")]
    private static partial Regex Quarter();
}
