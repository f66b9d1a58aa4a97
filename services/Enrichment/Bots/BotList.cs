using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;
using QrPlatform.Enrichment.Caching;

namespace QrPlatform.Enrichment.Bots;

/// <summary>
/// Tells bots by their user agent, with the public list of <c>crawler-user-agents</c> (see <c>NOTICE</c>), which is case-sensitive. Nearly all of its
/// patterns are plain text and are searched at once; the rest become one regular expression that cannot backtrack.
/// </summary>
internal sealed partial class BotList
{
    private const int RememberedUserAgents = 10_000;

    // Longer user agents exist only to hurt; they are judged by their beginning and not remembered.
    private const int LongestUserAgent = 1024;

    private readonly SearchValues<string> _texts;
    private readonly Regex _expressions;
    private readonly RecentlyUsed<string, bool> _known;

    public BotList(TimeProvider time)
    {
        using var stream = typeof(BotList).Assembly.GetManifestResourceStream(typeof(BotList), "crawler-user-agents.json")!;
        var patterns = JsonSerializer.Deserialize<string[]>(stream)!;
        var byKind = patterns.ToLookup(pattern => Special().IsMatch(EscapedPunctuation().Replace(pattern, "")));
        _texts = SearchValues.Create([.. byKind[false].Select(pattern => EscapedPunctuation().Replace(pattern, "$1"))], StringComparison.Ordinal);
        _expressions = new Regex(
            string.Join('|', byKind[true].Select(pattern => $"(?:{pattern})")),
            RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
        _known = new(RememberedUserAgents, lifetime: null, time);
    }

    /// <summary>Whether the list matches. Nothing stated is no bot.</summary>
    public bool Matches(string? userAgent)
    {
        if (string.IsNullOrEmpty(userAgent)) return false;
        if (userAgent.Length > LongestUserAgent) return Search(userAgent.AsSpan(0, LongestUserAgent));
        if (_known.TryGet(userAgent, out var known)) return known;

        var matches = Search(userAgent);
        _known.Put(userAgent, matches);
        return matches;
    }

    private bool Search(ReadOnlySpan<char> userAgent) => userAgent.ContainsAny(_texts) || _expressions.IsMatch(userAgent);

    [GeneratedRegex(@"\\([^A-Za-z0-9])")]
    private static partial Regex EscapedPunctuation();

    [GeneratedRegex(@"[\\^$.|?*+()\[\]{}]")]
    private static partial Regex Special();
}
