using System.Buffers;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using QrPlatform.Bi;
using QrPlatform.Reporting.Catalogue;
using QrPlatform.ServiceDefaults.Security;

namespace QrPlatform.Reporting.Query;

/// <summary>
/// Breakdowns that are related to persons, for readers who see persons in groups of <see cref="Least"/> visitors or more. A query is one of these where
/// it has a dimension, a filter or a metric of that class. A group with fewer visitors is withheld, and so much beside it that no sum of a
/// line of the table, less what is shown of it, is a smaller group: at least two of the line, one of them large enough.
/// </summary>
/// <remarks>It works on the whole table, whatever part of it is asked for, so that asking for another part shows nothing more. One is made for each answer.</remarks>
internal sealed class PersonGroups
{
    /// <summary>The visitors of the smallest group that is shown.</summary>
    public const int Least = 5;

    // As many rows as an answer may have.
    private const int MostGroups = 100_000;

    private static readonly Metric Visitors = MetricCatalogue.MetricsByName["unique_visitors"];

    private int _withheld;

    /// <summary>Whether a reader sees persons in groups only: everybody but those who see the rows of single events, too.</summary>
    public static bool Concern(ClaimsPrincipal user) => user.FindFirstValue(PlatformClaims.Role) is not (Roles.Administrator or Roles.Analyst);

    /// <summary>The plan as a reader may have it answered, or what of it cannot be answered in groups.</summary>
    public static QueryPlan Guard(QueryPlan plan, ClaimsPrincipal user, List<FieldError> errors)
    {
        if (!Concern(user) || !(IsOfRows(plan) || plan.Metrics.Any(metric => metric.Privacy == PrivacyClass.PersonRelated))) return plan;
        void Refuse(bool isAskedFor, string field, string instead)
        {
            if (isAskedFor) errors.Add(new FieldError($"$.{field}", "only_in_groups", $"What is related to persons is shown to your role in groups of {Least} visitors or more. {instead}"));
        }

        Refuse(plan.ByConversionType, "dimensions", "Whose conversions of a type are few is not known: ask without conversion_type, or without what is related to persons.");
        Refuse(plan.Top is not null, "top", "Ask without, and take the first rows.");
        Refuse(plan.Subtotals, "subtotals", "Ask for each level by itself.");
        Refuse(plan.Explain, "explain", "Ask without.");
        return plan with { Groups = new PersonGroups() };
    }

    /// <summary>The same plan for the whole table, with the visitors of each group.</summary>
    public static QueryPlan Whole(QueryPlan plan) => plan with
    {
        Groups = null,
        Limit = MostGroups,
        Metrics = plan.Metrics.Contains(Visitors) ? plan.Metrics : [.. plan.Metrics, Visitors],
    };

    /// <summary>Writes what may be shown of the whole table's rows, as far as the limit; true where there is more.</summary>
    public bool Write(IBufferWriter<byte> json, QueryPlan plan, IReadOnlyList<byte[]> whole)
    {
        var rows = whole.Select(row => JsonSerializer.Deserialize<JsonElement[]>(row)!).ToList();
        var counted = plan.Dimensions.Count + (plan.Metrics.Contains(Visitors) ? plan.Metrics.TakeWhile(metric => metric != Visitors).Count() : plan.Metrics.Count);
        var ofRows = IsOfRows(plan);
        var hidden = rows.Count < MostGroups
            ? Hidden([.. rows.Select(row => row[..plan.Dimensions.Count].Select(key => key.GetRawText()).ToArray())], [.. rows.Select(row => VisitorsOf(plan, row, counted))], nothingIsShown: !ofRows)
            : [.. rows.Select(_ => true)];
        _withheld += hidden.Count(isHidden => isHidden);

        // Where a withheld number would have stood tells it.
        var isRanked = plan.OrderBy.Any(ordering => plan.Metrics.Any(metric => metric.Name == ordering.Field && metric.Privacy == PrivacyClass.PersonRelated));
        var order = Enumerable.Range(0, rows.Count).Where(i => !hidden[i] || !ofRows || plan.Dimensions.Count == 0);
        var shown = (isRanked ? order.OrderBy(i => hidden[i]) : order).ToList();
        json.Write("["u8);
        foreach (var (i, place) in shown.Take(plan.Limit).Select((i, place) => (i, place)))
        {
            if (place > 0) json.Write(","u8);
            var cells = rows[i].Take(plan.Dimensions.Count + plan.Metrics.Count)
                .Select((cell, column) => hidden[i] && column >= plan.Dimensions.Count && (ofRows || plan.Metrics[column - plan.Dimensions.Count].Privacy == PrivacyClass.PersonRelated) ? "null" : cell.GetRawText());
            Encoding.UTF8.GetBytes($"[{string.Join(", ", cells)}]", json);
        }

        json.Write("]"u8);
        return shown.Count > plan.Limit;
    }

    /// <summary>Says how much was withheld and why, as a member of the answer.</summary>
    public void Describe(IBufferWriter<byte> json)
    {
        json.Write(",\"withheld\":"u8);
        json.Write(JsonSerializer.SerializeToUtf8Bytes(new
        {
            groups = _withheld,
            leastVisitors = Least,
            reason = $"What is related to persons is shown to your role in groups of {Least} visitors or more. Smaller groups, and what would tell them by subtraction, are left out; numbers about visitors are null where only they are concerned.",
        }));
    }

    /// <summary>Which groups are withheld.</summary>
    /// <param name="keys">Each group's value of every dimension.</param>
    /// <param name="visitors">Each group's visitors.</param>
    /// <param name="nothingIsShown">Whether a group without visitors tells of nobody: where only their number is concerned.</param>
    internal static bool[] Hidden(IReadOnlyList<string[]> keys, IReadOnlyList<long> visitors, bool nothingIsShown)
    {
        var hidden = visitors.Select(count => count < Least && !(nothingIsShown && count == 0)).ToArray();
        if (keys.Count == 0 || !hidden.Contains(true)) return hidden;

        // Lines of the table: groups that differ in one dimension, whose sum is what the query without that dimension tells.
        var lines = Enumerable.Range(0, keys[0].Length)
            .SelectMany(dimension => Enumerable.Range(0, keys.Count).GroupBy(i => string.Join('\n', keys[i].Where((_, other) => other != dimension))))
            .Select(line => line.OrderBy(i => visitors[i]).ToArray())
            .ToList();
        for (var goesOn = true; goesOn;)
        {
            goesOn = false;
            foreach (var line in lines)
            {
                while (NeedsMore(line) && line.FirstOrDefault(i => !hidden[i] && visitors[i] >= Least, -1) is >= 0 and var next) hidden[next] = goesOn = true;
            }
        }

        return hidden;

        bool NeedsMore(int[] line) =>
            line.Count(i => hidden[i]) is > 0 and var count && (count < 2 || !line.Any(i => hidden[i] && visitors[i] >= Least));
    }

    // Without scans in the range there may be other numbers about visitors: of somebody.
    private static long VisitorsOf(QueryPlan plan, JsonElement[] row, int counted)
    {
        var visitors = row[counted].GetInt64();
        return visitors > 0 || !plan.Metrics.Where((metric, i) => metric.Privacy == PrivacyClass.PersonRelated && row[plan.Dimensions.Count + i] is { ValueKind: JsonValueKind.Number } cell && cell.GetDouble() != 0).Any()
            ? visitors
            : 1;
    }

    // Then a group is withheld as a whole, and not only the numbers about its visitors.
    private static bool IsOfRows(QueryPlan plan) =>
        plan.Dimensions.Concat(plan.Filters.Select(filter => filter.Dimension)).Any(dimension => dimension.Privacy == PrivacyClass.PersonRelated);
}
