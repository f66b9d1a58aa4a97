using QrPlatform.Bi;
using QrPlatform.Reporting.Query.Sources;

namespace QrPlatform.Reporting.Query;

/// <summary>The hours, days … of a range, in SQL, so that those without anything have rows, too.</summary>
internal static class TimeAxis
{
    /// <summary>Rows <c>a</c> with the keys of the axis in column <c>key</c>, in which the query's filters on times leave what they leave of the rows.</summary>
    public static string Sql(QueryPlan plan, Dimension axis, Func<DimensionFilter, string, string, string> condition)
    {
        var keys = axis.Grain == TimeGrain.Hour && plan.OfPlacements
            ? "select i at time zone 'UTC' as key from generate_series(@firstday::timestamp, @lastday::timestamp + interval '23 hours', interval '1 hour') i"
            : axis.Grain == TimeGrain.Hour
            ? "select distinct date_trunc('hour', i, @zone) as key from generate_series(@from, @to - interval '1 microsecond', interval '15 minutes') i"
            : $"select distinct {axis.KeyOn("g", "g.day")} as key from generate_series(@firstday::timestamp, @lastday::timestamp, interval '1 day') g (day)";
        var conditions = plan.Filters.Select((filter, i) => Key(axis, filter.Dimension, plan.OfPlacements) is { } key ? $"({condition(filter, key, $"@f{i}")})" : null).OfType<string>().ToList();
        return $"select a.key from ({keys}) a{(conditions.Count == 0 ? "" : $" where {string.Join(" and ", conditions)}")}";
    }

    // What can be told of a whole hour or day; of longer periods nothing but themselves.
    private static string? Key(Dimension axis, Dimension filtered, bool ofPlacements) => filtered.Grain switch
    {
        null => null,
        _ when axis.Grain == TimeGrain.Hour && ofPlacements => filtered == axis ? "a.key" : filtered.KeyOn("a", "(a.key at time zone 'UTC')"),
        _ when axis.Grain == TimeGrain.Hour => filtered.KeyAt("a", "a.key"),
        TimeGrain.Hour or TimeGrain.HourOfDay => null,
        _ when axis.Grain == TimeGrain.Day || filtered == axis => filtered.KeyOn("a", "a.key"),
        _ => null,
    };
}
