using QrPlatform.Enrichment.Bots;
using QrPlatform.Enrichment.Tests.Pipeline;

namespace QrPlatform.Enrichment.Tests.Bots;

public sealed class BotListTests
{
    private static readonly BotList Bots = new(TimeProvider.System);

    [Theory]
    [InlineData(Examples.Bot)]
    [InlineData("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)")]
    [InlineData("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)")]
    [InlineData("WhatsApp/2.23.20.0 A")]
    [InlineData("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)")]
    [InlineData("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)")]
    [InlineData("curl/8.5.0")]
    [InlineData("python-requests/2.31.0")]
    [InlineData("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)")]
    [InlineData("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36")]
    [InlineData("AdsBot-Google (+http://www.google.com/adsbot.html)")]
    public void Knows_a_bot(string userAgent)
    {
        Assert.True(Bots.Matches(userAgent));
        Assert.True(Bots.Matches(userAgent)); // From memory.
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(Examples.Browser)]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 335.0.0.0")]
    [InlineData("Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; en) Presto/2.12.423 Version/12.16")]
    public void Lets_an_ordinary_browser_be(string? userAgent) => Assert.False(Bots.Matches(userAgent));

    [Fact]
    public void Judges_an_endless_user_agent_by_its_beginning()
    {
        Assert.False(Bots.Matches(new string('a', 1_000_000) + "Googlebot/"));
        Assert.True(Bots.Matches("Googlebot/" + new string('a', 1_000_000)));
    }

    [Fact]
    public void Matches_what_the_published_patterns_match()
    {
        using var stream = typeof(BotList).Assembly.GetManifestResourceStream(typeof(BotList), "crawler-user-agents.json")!;
        var patterns = System.Text.Json.JsonSerializer.Deserialize<string[]>(stream)!;
        Assert.True(patterns.Length >= 1500);

        // Every pattern that is plain text but for escapes is itself a user agent that it matches.
        foreach (var pattern in patterns.Where(pattern => !pattern.AsSpan().ContainsAny("^$|?*+()[]{}.d")))
        {
            var text = pattern.Replace(@"\", "", StringComparison.Ordinal);
            Assert.True(Bots.Matches(text), pattern);
        }
    }
}
