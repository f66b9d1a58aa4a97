using Npgsql;
using QrPlatform.Bi;
using QrPlatform.Reporting.Access;

namespace QrPlatform.Reporting.Query;

/// <summary>A range of days in whole months of the tenant's calendar whose sums hold, and the days beside them.</summary>
/// <param name="Months">The months, by their first days.</param>
/// <param name="Rest">The days that are in none of them, inclusive.</param>
internal sealed record MonthCover(IReadOnlyList<DateOnly> Months, IReadOnlyList<(DateOnly First, DateOnly Last)> Rest)
{
    /// <summary>The months of a range that can be read in place of their days, at the snapshot's own moment; null and why not where there are none.</summary>
    public static async ValueTask<(MonthCover? Months, string? Reason)> FindAsync(
        ReaderSnapshot snapshot, QueryPlan plan, SnapshotPosition at, DateTime alignedSince, CancellationToken cancellationToken)
    {
        // Not kept by days at all, or too short: not worth a word.
        if (RollupChoice.RefuseDays(at, alignedSince) is not null) return default;
        var (first, end) = (FirstOfMonth(at.FirstDay.AddDays(-1)).AddMonths(1), FirstOfMonth(at.LastDay.AddDays(1)));
        if (first >= end) return default;
        var finer = plan.Dimensions.Concat(plan.Filters.Select(filter => filter.Dimension)).Where(dimension => !IsOfMonths(dimension)).Select(dimension => dimension.Name).Distinct().ToList();
        if (finer.Count > 0) return (null, $"it is not kept by {string.Join(", ", finer)}");
        var months = await SummedAsync(snapshot, first, end, cancellationToken);
        return months.Count > 0 ? (new MonthCover(months, [.. RestOf(months, at.FirstDay, at.LastDay)]), null) : (null, "no whole month of the range is summed up yet");
    }

    /// <summary>A month is in one value of the dimension, or it is not one of time.</summary>
    private static bool IsOfMonths(Dimension dimension) => dimension.Grain is null or TimeGrain.Month or TimeGrain.Quarter or TimeGrain.Year or TimeGrain.FiscalQuarter or TimeGrain.FiscalYear;

    private static async Task<List<DateOnly>> SummedAsync(ReaderSnapshot snapshot, DateOnly first, DateOnly end, CancellationToken cancellationToken)
    {
        await using var command = snapshot.Command("select m.month from bi_query.summed_month m where m.month >= $1 and m.month < $2 order by 1");
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = first });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = end });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var months = new List<DateOnly>();
        while (await reader.ReadAsync(cancellationToken)) months.Add(reader.GetFieldValue<DateOnly>(0));
        return months;
    }

    private static IEnumerable<(DateOnly First, DateOnly Last)> RestOf(IEnumerable<DateOnly> months, DateOnly first, DateOnly last)
    {
        foreach (var month in months)
        {
            if (first < month) yield return (first, month.AddDays(-1));
            first = month.AddMonths(1);
        }

        if (first <= last) yield return (first, last);
    }

    private static DateOnly FirstOfMonth(DateOnly day) => new(day.Year, day.Month, 1);
}
