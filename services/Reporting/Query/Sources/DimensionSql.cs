using System.Globalization;
using NpgsqlTypes;
using QrPlatform.Bi;
using QrPlatform.Reporting.Catalogue;

namespace QrPlatform.Reporting.Query.Sources;

/// <summary>
/// The catalogue's dimensions in PostgreSQL's words. Parameter <c>@zone</c> is the time zone that is asked for, <c>@fiscal</c> the months by which the fiscal
/// calendar is ahead: a fiscal period is keyed by the same period of a calendar that is, so that its name says its key for every tenant.
/// </summary>
internal static class DimensionSql
{
    // The instant decides: of the two hours 01:00 in autumn each keeps its own offset.
    private const string HourLabel =
        "to_char({0} at time zone @zone, 'YYYY-MM-DD\"T\"HH24:MI:SS') || case when {0} at time zone @zone < {0} at time zone 'UTC' then '-' else '+' end"
        + " || to_char(greatest(({0} at time zone @zone) - ({0} at time zone 'UTC'), ({0} at time zone 'UTC') - ({0} at time zone @zone)), 'HH24:MI')";

    extension(Dimension dimension)
    {
        /// <summary>PostgreSQL type of the key.</summary>
        public string SqlType => dimension.Kind switch
        {
            DimensionKind.Integer => "integer",
            DimensionKind.Hour => "timestamptz",
            DimensionKind.Period => "timestamp",
            _ => "text",
        };

        /// <summary>Type of an array of keys.</summary>
        public NpgsqlDbType ArrayType => NpgsqlDbType.Array | dimension.Kind switch
        {
            DimensionKind.Integer => NpgsqlDbType.Integer,
            DimensionKind.Hour => NpgsqlDbType.TimestampTz,
            DimensionKind.Period => NpgsqlDbType.Timestamp,
            _ => NpgsqlDbType.Text,
        };

        /// <summary>The label of a key. Where each code has its own local time, an hour has no offset.</summary>
        public string Label(string key, bool ofPlacements = false) => dimension.Grain switch
        {
            TimeGrain.Hour when ofPlacements => $"to_char({key} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS')",
            TimeGrain.Hour => HourLabel.Replace("{0}", key, StringComparison.Ordinal),
            TimeGrain.Day => $"to_char({key}, 'YYYY-MM-DD')",
            TimeGrain.Week => $"to_char({key}, 'IYYY\"-W\"IW')",
            TimeGrain.Month => $"to_char({key}, 'YYYY-MM')",
            TimeGrain.Quarter => $"to_char({key}, 'YYYY\"-Q\"Q')",
            TimeGrain.Year => $"to_char({key}, 'YYYY')",
            TimeGrain.FiscalQuarter => $"to_char({key}, '\"FY\"YYYY\"-Q\"Q')",
            TimeGrain.FiscalYear => $"to_char({key}, '\"FY\"YYYY')",
            _ => key,
        };

        /// <summary>What is grouped, ordered and compared, of a row whose time is an instant.</summary>
        public string KeyAt(string alias, string instant) =>
            dimension.Grain == TimeGrain.Hour ? $"date_trunc('hour', {instant}, @zone)" : dimension.KeyOn(alias, $"{instant} at time zone @zone");

        /// <summary>The same by the clock of the row's placement. An hour is what the clock shows, as if it were UTC: the same hour of two places is one.</summary>
        public string KeyByPlacement(string alias, string instant) => dimension.Grain == TimeGrain.Hour
            ? $"date_trunc('hour', {instant} at time zone {LocalTimes.ZoneOfCode}) at time zone 'UTC'"
            : dimension.KeyOn(alias, $"{instant} at time zone {LocalTimes.ZoneOfCode}");

        /// <summary>The local day on which a period begins.</summary>
        public string FirstDay(string key) => dimension.Grain is TimeGrain.FiscalQuarter or TimeGrain.FiscalYear ? $"{key} - make_interval(months => @fiscal)" : key;

        /// <summary>The same of a row whose time is a local timestamp.</summary>
        public string KeyOn(string alias, string local) => dimension.Grain switch
        {
            TimeGrain.HourOfDay => $"extract(hour from {local})::integer",
            TimeGrain.DayOfWeek => $"extract(isodow from {local})::integer",
            TimeGrain.FiscalQuarter => $"date_trunc('quarter', {Fiscal(local)})",
            TimeGrain.FiscalYear => $"date_trunc('year', {Fiscal(local)})",
            { } grain and not TimeGrain.Hour => $"date_trunc('{grain.ToString().ToLowerInvariant()}', {local})",
            null => dimension.Grades is null ? $"{alias}.{dimension.Column}" : Graded(dimension, alias),
            _ => throw new InvalidOperationException($"{dimension.Name} is not known of whole days."),
        };
    }

    // Of the month's first day: months are of different lengths.
    private static string Fiscal(string local) => $"date_trunc('month', {local}) + make_interval(months => @fiscal)";

    private static string Graded(Dimension dimension, string alias)
    {
        var column = $"{alias}.{dimension.Column}";
        var cases = dimension.Grades!.Where(grade => grade.From is not null)
            .Select(grade => string.Create(CultureInfo.InvariantCulture, $"when {column} >= {grade.From} then '{grade.Value}'"));
        return $"case {string.Join(" ", cases)} when {column} is null then '{dimension.Missing}' else '{dimension.Grades![^1].Value}' end";
    }
}
