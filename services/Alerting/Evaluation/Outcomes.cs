using QrPlatform.Alerting.Rules;

namespace QrPlatform.Alerting.Evaluation;

/// <summary>What an interval says about a rule. The names are stored.</summary>
internal static class Outcomes
{
    /// <summary>The condition holds.</summary>
    public const string Breach = "breach";

    /// <summary>It is over, by the recovery threshold.</summary>
    public const string Recovered = "recovered";

    /// <summary>Between the thresholds: no breach, and an open incident stays open.</summary>
    public const string Between = "between";

    /// <summary>No number, or too few scans: says nothing.</summary>
    public const string NoData = "no_data", TooFewScans = "too_few_scans";

    public static string Of(Rule rule, decimal? value, long? scans)
    {
        if (value is not { } number)
            return rule.NoData switch { "breach" => Breach, "recovery" => Recovered, _ => NoData };
        if (rule.Condition.MinimumScans > 0 && (scans ?? 0) < rule.Condition.MinimumScans) return TooFewScans;
        return rule.Condition.IsBreach(number) ? Breach : rule.Condition.IsRecovered(number) ? Recovered : Between;
    }

    /// <summary>Whether an incident opens, given the outcomes of the intervals before, newest first.</summary>
    public static bool Opens(Rule rule, string outcome, IEnumerable<string> before) =>
        outcome == Breach && 1 + before.Take(rule.Condition.BreachOf - 1).Count(earlier => earlier == Breach) >= rule.Condition.BreachCount;
}
