using System.Globalization;
using System.Text.RegularExpressions;

namespace QrPlatform.Bi;

/// <summary>Reads conditions: <c>is_scan</c>, <c>visitor present</c>, <c>kind = 'LEAD'</c>, <c>a &lt;= b + 168 hours</c>, <c>a &lt; $from</c>.</summary>
internal static partial class ConditionParser
{
    /// <summary>The condition, or null where the text is none.</summary>
    public static Condition? Parse(string text)
    {
        if (Pattern().Match(text) is not { Success: true } match) return null;
        var column = match.Groups["column"].Value;
        if (match.Groups["present"].Success) return new Condition(column, "present", null);
        if (!match.Groups["operator"].Success) return new Condition(column, null, null);
        var operand = match.Groups["number"] is { Success: true } number ? new Operand(Number: long.Parse(number.ValueSpan, CultureInfo.InvariantCulture))
            : match.Groups["text"] is { Success: true } quoted ? new Operand(Text: quoted.Value)
            : match.Groups["from"].Success ? new Operand(IsRangeStart: true)
            : new Operand(Column: match.Groups["other"].Value, Hours: match.Groups["hours"] is { Success: true } hours ? int.Parse(hours.ValueSpan, CultureInfo.InvariantCulture) : 0);
        return new Condition(column, match.Groups["operator"].Value, operand);
    }

    [GeneratedRegex(
        @"^(?<column>[a-z_]+)(?: (?<present>present)| (?<operator>=|<=|<|>=|>) (?:(?<number>-?[0-9]{1,9})|'(?<text>[A-Za-z0-9_ ]+)'|(?<from>\$from)|(?<other>[a-z_]+)(?: \+ (?<hours>[0-9]{1,5}) hours)?))?\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
