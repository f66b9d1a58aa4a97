using System.Globalization;
using System.Net;

namespace QrPlatform.Alerting.Delivery;

/// <summary>A message in words.</summary>
internal sealed class MessageText(Message message, string publicUrl)
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["gt"] = "above",
        ["gte"] = "at or above",
        ["lt"] = "below",
        ["lte"] = "at or below",
    };

    /// <summary>One line, whatever the rule is called.</summary>
    public string Subject => $"[{message.Severity}] {(IsOver ? "Resolved" : "Alert")}: {OneLine(message.RuleName)}";

    public string Link => $"{publicUrl.TrimEnd('/')}/alerts/incidents/{message.IncidentId}";

    public string Plain => string.Join("\r\n", [Sentence, "", .. Facts.Select(fact => $"{fact.Name}: {fact.Value}"), "", Link, ""]);

    public string Html =>
        $"""
         <!doctype html><html lang="en"><body style="font-family:system-ui,sans-serif;line-height:1.5">
         <h1 style="font-size:1.2rem">{Encode(Subject)}</h1><p>{Encode(Sentence)}</p>
         <table>{string.Concat(Facts.Select(fact => $"<tr><th align=\"left\" style=\"padding-right:1rem\">{Encode(fact.Name)}</th><td>{Encode(fact.Value)}</td></tr>"))}</table>
         <p><a href="{Encode(Link)}">Open the incident</a></p></body></html>
         """;

    private bool IsOver => message.About == Message.Resolved;

    private string Sentence => IsOver
        ? $"{message.Metric} is {Number(message.Value)}: the incident is over."
        : $"{message.Metric} is {Number(message.Value)}, {Words[message.Operator]} {Number(message.Threshold)}.";

    private IEnumerable<(string Name, string Value)> Facts =>
    [
        ("Rule", OneLine(message.RuleName)), ("Value", Number(message.Value)), ("Threshold", $"{Words[message.Operator]} {Number(message.Threshold)}"),
        ("Recovers at", Number(message.RecoveryThreshold)), ("Interval", $"{Local(message.From)} to {Local(message.To)} ({message.TimeZone})"),
        ("Scans in it", message.Scans?.ToString(CultureInfo.InvariantCulture) ?? "not known"), ("Severity", message.Severity),
    ];

    private string Local(DateTimeOffset at) =>
        TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(message.TimeZone)).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string Number(decimal? value) => value is { } number ? number.ToString("0.######", CultureInfo.InvariantCulture) : "without a value";

    private static string OneLine(string text) => new([.. text.Select(character => char.IsControl(character) || character is '\u2028' or '\u2029' ? ' ' : character)]);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
