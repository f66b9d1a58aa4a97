using System.Net;
using System.Text;
using QrPlatform.Alerting.Delivery;

namespace QrPlatform.Alerting.Tests.Delivery;

public sealed class WebhookTests
{
    // The example of the specification's own libraries.
    [Fact]
    public void Signs_as_the_specification_does() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSecret.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes("""{"test": 2432232314}""")));

    [Fact]
    public void Makes_secrets_that_it_takes() => Assert.Equal(32, WebhookSecret.Bytes(WebhookSecret.New())!.Length);

    [Theory]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("c2VjcmV0LW9mLXRoZS10ZXN0LWVuZHBvaW50LTAwMQ==")]
    [InlineData("whsec_not base64 at all, whatever it may say")]
    public void Refuses_what_is_no_secret(string text) => Assert.Null(WebhookSecret.Bytes(text));

    [Theory]
    [InlineData("8.8.8.8", true, true)]
    [InlineData("2606:4700::1111", true, true)]
    [InlineData("127.0.0.1", false, true)]
    [InlineData("::1", false, true)]
    [InlineData("::ffff:127.0.0.1", false, true)]
    [InlineData("::ffff:10.0.0.1", false, false)]
    [InlineData("10.0.0.1", false, false)]
    [InlineData("172.31.255.255", false, false)]
    [InlineData("172.32.0.1", true, true)]
    [InlineData("192.168.1.1", false, false)]
    [InlineData("169.254.169.254", false, false)]
    [InlineData("100.64.0.1", false, false)]
    [InlineData("0.0.0.0", false, false)]
    [InlineData("255.255.255.255", false, false)]
    [InlineData("fd00::1", false, false)]
    [InlineData("fe80::1", false, false)]
    [InlineData("64:ff9b::a00:1", false, false)]
    [InlineData("2002:a00:1::", false, false)]
    public void Tells_public_addresses_from_others(string address, bool isPublic, bool orLoopback)
    {
        var parsed = IPAddress.Parse(address);
        Assert.Equal((isPublic, orLoopback, true), (PublicAddresses.Allow(parsed, "public"), PublicAddresses.Allow(parsed, "loopback"), PublicAddresses.Allow(parsed, "any")));
    }
}
