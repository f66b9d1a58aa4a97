using QrPlatform.Alerting.Incidents;

namespace QrPlatform.Alerting.Delivery;

/// <summary>What is told of an incident, the same to everybody. It holds nothing of a person.</summary>
internal sealed record Message(
    string About, Guid IncidentId, string RuleId, string RuleName, string Severity, string Metric, string Operator, decimal Threshold, decimal RecoveryThreshold,
    decimal? Value, long? Scans, DateTimeOffset From, DateTimeOffset To, string TimeZone)
{
    public const string Opened = "opened", Resolved = "resolved";

    public static Message Of(string about, Guid incident, IncidentOpened opened, Reading reading) => new(
        about, incident, opened.RuleId, opened.RuleName, opened.Severity, opened.Metric, opened.Operator, opened.Threshold, opened.RecoveryThreshold,
        reading.Value, reading.Scans, reading.From, reading.To, opened.TimeZone);
}
