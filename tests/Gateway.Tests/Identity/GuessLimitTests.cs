using System.Net;
using QrPlatform.Gateway.Identity;

namespace QrPlatform.Gateway.Tests.Identity;

public sealed class GuessLimitTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress There = IPAddress.Parse("192.0.2.2");

    private readonly ManualTime _time = new();

    [Fact]
    public void Allows_twenty_wrong_passwords_a_minute()
    {
        var limit = new GuessLimit(_time);
        for (var attempt = 0; attempt < GuessLimit.PerUser; attempt++) Assert.True(limit.TryBegin(Here, "analyst", out _));
        _time.Advance(TimeSpan.FromSeconds(20));

        Assert.False(limit.TryBegin(Here, "analyst", out var retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(40), retryAfter);
        Assert.True(limit.TryBegin(There, "analyst", out _));
        Assert.True(limit.TryBegin(Here, "admin", out _));

        _time.Advance(retryAfter);
        Assert.True(limit.TryBegin(Here, "analyst", out _));
    }

    [Fact]
    public void Right_passwords_count_for_nothing()
    {
        var limit = new GuessLimit(_time);
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            Assert.True(limit.TryBegin(Here, "analyst", out _));
            limit.Forgive(Here, "analyst");
        }
    }

    [Fact]
    public void Trying_many_names_from_one_address_ends_too()
    {
        var limit = new GuessLimit(_time);
        for (var attempt = 0; attempt < GuessLimit.PerAddress; attempt++) Assert.True(limit.TryBegin(Here, $"user{attempt}", out _));

        Assert.False(limit.TryBegin(Here, "another", out _));
        Assert.True(limit.TryBegin(There, "another", out _));
    }
}
