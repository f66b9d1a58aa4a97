using Npgsql;
using QrPlatform.Reporting.Access;
using QrPlatform.ServiceDefaults.Database;

namespace QrPlatform.Reporting.Query;

/// <summary>Which range a query's range is compared with.</summary>
internal enum Comparison
{
    /// <summary>The days before, as many; of a named period, the beginning of the one before.</summary>
    PreviousPeriod,

    /// <summary>The same days a year before.</summary>
    PreviousYear,
}

/// <summary>Finds the range that another one is compared with: while the range runs, it ends after the same time by the clock.</summary>
internal static class ComparedRange
{
    private static readonly string Cut = EmbeddedSql.Read(typeof(ComparedRange), "CutComparison.sql");

    /// <summary>The range before, in the same snapshot.</summary>
    public static async Task<SnapshotPosition> OfAsync(ReaderSnapshot snapshot, QueryPlan plan, SnapshotPosition at, CancellationToken cancellationToken)
    {
        var (first, last) = Days(plan, at.FirstDay, at.LastDay);
        var before = await snapshot.PositionAsync(new AskedDays(at.Zone, first, last) { OfPlacements = at.OfPlacements }, cancellationToken);

        // Of one moment: the clock has gone on since the snapshot was taken.
        before = before with { AsOf = at.AsOf, Projected = at.Projected };
        if (at.AsOf >= at.ToAt || at.AsOf <= at.FromAt) return before;
        await using var command = snapshot.Command(Cut);
        command.Parameters.Add(new NpgsqlParameter { Value = at.AsOf });
        command.Parameters.Add(new NpgsqlParameter { Value = at.Zone });
        command.Parameters.Add(new NpgsqlParameter { Value = at.FirstDay });
        command.Parameters.Add(new NpgsqlParameter { Value = first });
        var cut = (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
        return before.Between(before.FromAt, cut < before.ToAt ? cut : before.ToAt);
    }

    /// <summary>The days before that a range's days are compared with, both inclusive.</summary>
    public static (DateOnly First, DateOnly Last) Days(QueryPlan plan, DateOnly first, DateOnly last)
    {
        if (plan.Compare == Comparison.PreviousYear) return (first.AddYears(-1), last.AddYears(-1));
        var count = last.DayNumber - first.DayNumber;
        var start = plan.Period switch
        {
            NamedPeriod.Mtd => first.AddMonths(-1),
            NamedPeriod.Qtd or NamedPeriod.Fqtd => first.AddMonths(-3),
            NamedPeriod.Ytd or NamedPeriod.Fytd => first.AddYears(-1),
            _ => first.AddDays(-count - 1),
        };

        // On the 31st, the month before may have had 30 days.
        var end = start.AddDays(count);
        return (start, end < first ? end : first.AddDays(-1));
    }
}
