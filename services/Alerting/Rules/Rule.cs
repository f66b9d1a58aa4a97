using System.Text.Json;

namespace QrPlatform.Alerting.Rules;

/// <summary>A threshold rule as it is stored.</summary>
internal sealed record Rule
{
    private static readonly JsonElement None = JsonSerializer.SerializeToElement(Array.Empty<string>());

    public required string Name { get; init; }

    public required string Metric { get; init; }

    /// <summary>Filters as the query API takes them.</summary>
    public JsonElement? Filters { get; init; }

    /// <summary><c>15m</c>, <c>hour</c> or <c>day</c>.</summary>
    public required string Interval { get; init; }

    public required Condition Condition { get; init; }

    /// <summary>What an interval without a number is: <c>ignore</c>, <c>breach</c> or <c>recovery</c>.</summary>
    public required string NoData { get; init; }

    /// <summary><c>info</c>, <c>warning</c> or <c>critical</c>.</summary>
    public required string Severity { get; init; }

    public required IReadOnlyList<string> Emails { get; init; }

    public required IReadOnlyList<Webhook> Webhooks { get; init; }

    public required bool Enabled { get; init; }

    /// <summary>The first interval that is evaluated begins here or later; null: when the rule was made.</summary>
    public DateTimeOffset? EvaluateFrom { get; init; }

    /// <summary>The campaigns that its author was limited to; null for all. The rule sees no more than its author did.</summary>
    public IReadOnlyList<string>? Campaigns { get; init; }

    /// <summary>Whether evaluations of the other one may be taken for this one's.</summary>
    public bool MeasuresLike(Rule other) =>
        Metric == other.Metric && Interval == other.Interval && EvaluateFrom == other.EvaluateFrom
        && JsonElement.DeepEquals(Filters ?? None, other.Filters ?? None)
        && (Campaigns ?? ["*"]).SequenceEqual(other.Campaigns ?? ["*"]);
}

/// <summary>When an interval is a breach, and when an incident is over.</summary>
/// <param name="Operator"><c>gt</c>, <c>gte</c>, <c>lt</c> or <c>lte</c>: breach when the value is so against the threshold.</param>
/// <param name="Threshold">The threshold.</param>
/// <param name="RecoveryThreshold">Recovered when the value is no longer so against this one.</param>
/// <param name="MinimumScans">Intervals with fewer scans say nothing.</param>
/// <param name="BreachCount">Breaches that open an incident …</param>
/// <param name="BreachOf">… among so many intervals, the newest among them.</param>
internal sealed record Condition(string Operator, decimal Threshold, decimal RecoveryThreshold, long MinimumScans, int BreachCount, int BreachOf)
{
    public bool IsBreach(decimal value) => Holds(value, Threshold);

    public bool IsRecovered(decimal value) => !Holds(value, Threshold) && !Holds(value, RecoveryThreshold);

    private bool Holds(decimal value, decimal threshold) => Operator switch
    {
        "gt" => value > threshold,
        "gte" => value >= threshold,
        "lt" => value < threshold,
        "lte" => value <= threshold,
        _ => throw new InvalidOperationException($"'{Operator}' is no operator."),
    };
}

/// <summary>A webhook endpoint; its secret is sealed with the tenant's key and the address.</summary>
internal sealed record Webhook(string Url, byte[] SealedSecret);

/// <summary>A rule in its row.</summary>
internal sealed record StoredRule(string TenantId, string RuleId, Guid SeriesId, long Version, Rule Rule, DateTimeOffset EvaluatedUntil);
